import { suite } from 'uvu'
import { RunRequest } from './deed.ts'
import { changedSite, waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const rollback = suite('a rollback')
killAtEveryStep(rollback, () => new RunRequest('rollback', changedSite(), ['gabarit', 'rollback', '1']))
rollback.run()

const batch = suite('a batch')
const lines = Array.from({ length: 50 }, (_, number) => `set k${number} thing value ${number}\n`)
killAtEveryStep(batch, () => new RunRequest('batch', waitingSite(), ['db', 'sites', 'batch'], lines.join('')))
batch.run()
