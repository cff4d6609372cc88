import { EXIT } from '../../../base/failure.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { alone } from '../run-lock.ts'
import { readSettings } from '../settings.ts'
import { setUp } from '../setup.ts'
import { setupSteps } from '../setup-steps.ts'
import { State } from '../state.ts'
import { askSettings } from './ask-settings.ts'
import { skippedChecks } from './skipped-checks.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt setup` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, io, places, system } = invocation
  const world = makeWorld(invocation, 'setup')
  const options = {
    testOnly: flag('test'),
    dropFailing: flag('drop-failing'),
    skip: skippedChecks(invocation),
    force: flag('force'),
  }
  if (system.dryRun) {
    for (const line of setupSteps(readSettings(places), world, options.testOnly)) world.say(line)
    return EXIT.done
  }
  if (io.isTerminal(0)) await askSettings(readSettings(places), world, io)
  return alone(world, 'gabarit letsencrypt setup', turn => setUp(new State(places, world.warn), turn, options))
}
