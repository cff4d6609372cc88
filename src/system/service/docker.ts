import { type Run, type ServiceManager, supervised, type Unit } from './manager.ts'

/**
 * Docker, through docker(1): a service is the container with its name. `start` and `restart` use the Compose file if the
 * record names one, so that a new image or port takes effect.
 */
export const docker: ServiceManager = supervised({
  ...{ name: 'docker', kind: 'container', nameOf, start, signal, look },
  stop: unit => ['docker', 'stop', nameOf(unit)],
  restart: unit =>
    unit.composeFile === undefined ? ['docker', 'restart', nameOf(unit)] : [...start(unit), '--force-recreate'],
  reload: unit =>
    unit.reloadCommand === undefined
      ? signal(unit, unit.reloadSignal)
      : ['docker', 'exec', nameOf(unit), ...unit.reloadCommand],
  repeats: ({ composeFile }, action) => action === 'start' && composeFile !== undefined,
  since: async (run, unit) => {
    const inspect = ['docker', 'inspect', '--type', 'container', '--format', '{{.State.StartedAt}}', nameOf(unit)]
    const at = Date.parse((await run(inspect)).stdout.trim())
    return Number.isNaN(at) ? undefined : at
  },
  isUp: async (run, unit) => {
    const up = await look(run, unit)
    return typeof up === 'object' ? undefined : up === true
  },
})

/** A manager that delegates services in containers to Docker. */
export function withContainers(manager: ServiceManager): ServiceManager {
  const of = (unit: Unit) => (unit.container === undefined || manager.idle === true ? manager : docker)
  return {
    ...manager,
    describe: (unit, action) => of(unit).describe(unit, action),
    adjust: (run, unit, action) => of(unit).adjust(run, unit, action),
    isUp: (run, unit) => of(unit).isUp(run, unit),
    crashes: async (run, unit, since) => (await of(unit).crashes?.(run, unit, since)) ?? [],
    since: async (run, unit) => await of(unit).since?.(run, unit),
    isUnknown: async (run, unit) => (await of(unit).isUnknown?.(run, unit)) === true,
    why: async (run, unit) => await of(unit).why?.(run, unit),
  }
}

function nameOf({ container, name }: Unit): string {
  return container ?? name
}

function start(unit: Unit): string[] {
  return unit.composeFile === undefined
    ? ['docker', 'start', nameOf(unit)]
    : ['docker', 'compose', '-f', unit.composeFile, 'up', '--detach']
}

function signal(unit: Unit, word: string): string[] {
  return ['docker', 'kill', `--signal=${word}`, nameOf(unit)]
}

async function look(run: Run, unit: Unit) {
  // One that ends again and again counts as running while Docker waits to start it.
  const up = '{{and .State.Running (not .State.Restarting)}}'
  const result = await run(['docker', 'inspect', '--type', 'container', '--format', up, nameOf(unit)])
  // Docker may print warnings around the answer.
  if (result.status === 0) return /^true$/m.test(result.output)
  if (!/no such (container|object)/i.test(result.output)) return result
  // Only a Compose file can create it.
  return unit.composeFile === undefined ? 'unknown' : false
}
