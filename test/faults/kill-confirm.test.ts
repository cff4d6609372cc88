import { suite } from 'uvu'
import { Deed } from './deed.ts'
import { endGuard } from './kill.ts'
import { waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const WITHIN = ['signal-event', 'change', '--confirm-within', '1h']

const armed = suite('an event with a window')
killAtEveryStep(armed, () => new Deed('armed event', waitingSite(), WITHIN))
armed.run()

const cancel = suite('going back within the window')
killAtEveryStep(cancel, () => {
  const site = waitingSite()
  site.must(WITHIN)
  endGuard(site)
  return new Deed('cancel', site, ['gabarit', 'confirm', 'cancel'])
})
cancel.run()
