import { suite } from 'uvu'
import { RunRequest } from './deed.ts'
import { killAtRandom } from './random-kills.ts'
import { waitingSite } from './site.ts'

const event = suite('an event')
killAtRandom(event, () => new RunRequest('event', waitingSite(), ['signal-event', 'change']))
event.run()

const apply = suite('an apply')
killAtRandom(apply, () => new RunRequest('apply', waitingSite(), ['gabarit', 'apply']))
apply.run()
