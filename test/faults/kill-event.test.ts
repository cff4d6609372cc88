import { suite } from 'uvu'
import { Deed } from './deed.ts'
import { waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const event = suite('an event')
killAtEveryStep(event, () => new Deed('event', waitingSite(), ['signal-event', 'change']))
event.run()

const apply = suite('an apply')
killAtEveryStep(apply, () => new Deed('apply', waitingSite(), ['gabarit', 'apply']))
apply.run()
