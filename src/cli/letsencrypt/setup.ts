import { readDatabase } from '../../db/store.ts'
import { alone } from '../../letsencrypt/run-lock.ts'
import { readSettings } from '../../letsencrypt/settings.ts'
import { setUp } from '../../letsencrypt/setup.ts'
import { State } from '../../letsencrypt/state.ts'
import { databaseFile } from '../../system/places.ts'
import type { Invocation } from '../command.ts'
import { askSettings } from './ask-settings.ts'
import { skippedChecks } from './skipped-checks.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt setup` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, places } = invocation
  const world = makeWorld(invocation, 'setup')
  const options = {
    dryRun: flag('dry-run'),
    testOnly: flag('test'),
    dropFailing: flag('drop-failing'),
    skip: skippedChecks(invocation),
    force: flag('force'),
  }
  if (!options.dryRun && process.stdin.isTTY === true && readDatabase(databaseFile(places, 'configuration')))
    await askSettings(readSettings(places), world)
  const state = new State(places, world.warn)
  if (options.dryRun) return setUp(state, world, options)
  return alone(world, 'gabarit letsencrypt setup', () => setUp(state, world, options))
}
