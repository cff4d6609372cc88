import { suite } from 'uvu'
import { RunRequest } from './deed.ts'
import { waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const discard = suite('discard over several databases')
killAtEveryStep(discard, () => {
  const site = waitingSite()
  site.must(['db', 'third', 'set', 'new', 'record'])
  return new RunRequest('discard', site, ['gabarit', 'discard'])
})
discard.run()
