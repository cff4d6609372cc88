import type { RunResult } from '../system.ts'
import type { ServiceAction } from './actions.ts'
import { type Run, resultOf, type ServiceManager, type Unit } from './manager.ts'

/**
 * Docker, through docker(1): a service is the container with its name. `start` and `restart` use the Compose file if the
 * record names one, so that a new image or port takes effect.
 */
export const docker: ServiceManager = {
  name: 'docker',
  describe: (unit, action) => commandOf(unit, action)?.join(' ') ?? `nothing for ${action} of ${containerOf(unit)}`,
  async adjust(run, unit, action) {
    const wanted = commandOf(unit, action)
    if (wanted === undefined) return resultOf(`docker cannot ${action} a container while it runs`)
    const state = await ask(run, unit)
    if (state.up === undefined) return state.result
    const { up } = state
    if (action === 'start') return up && unit.composeFile === undefined ? resultOf(undefined) : run(wanted)
    if (action === 'stop') return up ? run(wanted) : resultOf(undefined)
    if (up) return run(wanted)
    if (action === 'try-restart' || action === 'reload-or-try-restart') return resultOf(undefined)
    if (action === 'reload' || action.startsWith('signal:')) return resultOf(`${containerOf(unit)} is not running`)
    return run(startOf(unit))
  },
  isUp: async (run, unit) => (await ask(run, unit)).up,
}

/** A manager that delegates services in containers to Docker. */
export function withContainers(manager: ServiceManager): ServiceManager {
  const of = (unit: Unit) => (unit.container === undefined || manager.idle === true ? manager : docker)
  return {
    ...manager,
    describe: (unit, action) => of(unit).describe(unit, action),
    adjust: (run, unit, action) => of(unit).adjust(run, unit, action),
    isUp: (run, unit) => of(unit).isUp(run, unit),
  }
}

/** Whether the container exists and runs; undefined if docker cannot tell, and then the result says why. */
async function ask(run: Run, unit: Unit): Promise<{ up: boolean | undefined; result: RunResult }> {
  const command = ['docker', 'inspect', '--type', 'container', '--format', '{{.State.Running}}', containerOf(unit)]
  const result = await run(command)
  // Docker may print warnings around the answer.
  if (result.status === 0) return { up: /^true$/m.test(result.output), result }
  return { up: /no such (container|object)/i.test(result.output) ? false : undefined, result }
}

function containerOf({ container, name }: Unit): string {
  return container ?? name
}

function startOf(unit: Unit): string[] {
  return unit.composeFile === undefined
    ? ['docker', 'start', containerOf(unit)]
    : ['docker', 'compose', '-f', unit.composeFile, 'up', '--detach']
}

function commandOf(unit: Unit, action: ServiceAction): string[] | undefined {
  const name = containerOf(unit)
  if (action.startsWith('signal:')) return ['docker', 'kill', `--signal=${action.slice('signal:'.length)}`, name]
  switch (action) {
    case 'start':
      return startOf(unit)
    case 'stop':
      return ['docker', 'stop', name]
    case 'restart':
    case 'try-restart':
      return unit.composeFile === undefined ? ['docker', 'restart', name] : [...startOf(unit), '--force-recreate']
    case 'reload':
    case 'reload-or-restart':
    case 'reload-or-try-restart':
      return unit.reloadCommand === undefined
        ? ['docker', 'kill', `--signal=${unit.reloadSignal}`, name]
        : ['docker', 'exec', name, ...unit.reloadCommand]
    default:
      return undefined
  }
}
