import { suite } from 'uvu'
import { Deed } from './deed.ts'
import { killAtRandom } from './random-kills.ts'
import { waitingSite } from './site.ts'

const event = suite('an event')
killAtRandom(event, () => new Deed('event', waitingSite(), ['signal-event', 'change']))
event.run()

const apply = suite('an apply')
killAtRandom(apply, () => new Deed('apply', waitingSite(), ['gabarit', 'apply']))
apply.run()
