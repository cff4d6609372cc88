import { suite } from 'uvu'
import { RunRequest } from './deed.ts'
import { endGuard } from './kill.ts'
import { waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const WITHIN = ['signal-event', 'change', '--confirm-within', '1h']

const armed = suite('an event with a window')
killAtEveryStep(armed, () => new RunRequest('armed event', waitingSite(), WITHIN))
armed.run()

const cancel = suite('going back within the window')
killAtEveryStep(cancel, () => {
  const site = waitingSite()
  site.must(WITHIN)
  endGuard(site)
  return new RunRequest('cancel', site, ['gabarit', 'confirm', 'cancel'])
})
cancel.run()
