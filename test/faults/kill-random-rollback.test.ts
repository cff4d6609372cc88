import { suite } from 'uvu'
import { RunRequest } from './deed.ts'
import { killAtRandom } from './random-kills.ts'
import { changedSite, waitingSite } from './site.ts'

const rollback = suite('a rollback')
killAtRandom(rollback, () => new RunRequest('rollback', changedSite(), ['gabarit', 'rollback', '1']))
rollback.run()

const batch = suite('a batch')
const lines = Array.from({ length: 2000 }, (_, number) => `set k${number} thing value ${number}\n`)
killAtRandom(batch, () => new RunRequest('batch', waitingSite(), ['db', 'sites', 'batch'], lines.join('')))
batch.run()
