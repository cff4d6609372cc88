import { suite } from 'uvu'
import { RunRequest } from './deed.ts'
import { waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const event = suite('an event')
killAtEveryStep(event, () => new RunRequest('event', waitingSite(), ['signal-event', 'change']))
event.run()

const apply = suite('an apply')
killAtEveryStep(apply, () => new RunRequest('apply', waitingSite(), ['gabarit', 'apply']))
apply.run()
