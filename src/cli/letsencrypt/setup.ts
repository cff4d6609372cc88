import { alone } from '../../letsencrypt/run-lock.ts'
import { readSettings } from '../../letsencrypt/settings.ts'
import { setUp } from '../../letsencrypt/setup.ts'
import { setupSteps } from '../../letsencrypt/setup-steps.ts'
import { State } from '../../letsencrypt/state.ts'
import { EXIT } from '../../system/failure.ts'
import type { Invocation } from '../command.ts'
import { askSettings } from './ask-settings.ts'
import { skippedChecks } from './skipped-checks.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt setup` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, places } = invocation
  const world = makeWorld(invocation, 'setup')
  const options = {
    testOnly: flag('test'),
    dropFailing: flag('drop-failing'),
    skip: skippedChecks(invocation),
    force: flag('force'),
  }
  if (flag('dry-run')) {
    for (const line of setupSteps(readSettings(places), world, options.testOnly)) world.say(line)
    return EXIT.done
  }
  if (process.stdin.isTTY === true) await askSettings(readSettings(places), world)
  return alone(world, 'gabarit letsencrypt setup', turn => setUp(new State(places, world.warn), turn, options))
}
