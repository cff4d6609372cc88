import type { ServiceAction } from './actions.ts'
import { resultOf, type ServiceManager, type Unit } from './manager.ts'

/** supervisord, through supervisorctl(1). */
export const supervisord: ServiceManager = {
  name: 'supervisord',
  isUp: async (run, unit) => {
    const { output } = await run(['supervisorctl', 'status', unit.name])
    return /^\S+\s+RUNNING\b/m.test(output)
  },
  describe: (unit, action) => commandOf(unit, action)?.join(' ') ?? `nothing for ${action} of ${unit.name}`,
  async adjust(run, unit, action) {
    const wanted = commandOf(unit, action)
    if (wanted === undefined) return resultOf(`supervisord cannot ${action} a service while it runs`)
    const state = await run(['supervisorctl', 'status', unit.name])
    if (state.problem !== undefined) return state
    const word = /^\S+\s+([A-Z]+)/m.exec(state.output)?.[1]
    if (word === undefined || state.output.includes('no such process'))
      return resultOf(`supervisord does not know ${unit.name}: ${state.output.trim()}`)
    const up = word === 'RUNNING' || word === 'STARTING'
    if (action === 'start') return up ? resultOf(undefined) : check(await run(wanted))
    if (action === 'stop') return up ? check(await run(wanted)) : resultOf(undefined)
    if (up) return check(await run(wanted))
    if (action === 'try-restart' || action === 'reload-or-try-restart') return resultOf(undefined)
    if (action === 'reload' || action.startsWith('signal:')) return resultOf(`${unit.name} is not running`)
    return check(await run(['supervisorctl', 'start', unit.name]))
  },
}

function commandOf({ name, reloadSignal }: Unit, action: ServiceAction): string[] | undefined {
  if (action.startsWith('signal:')) return ['supervisorctl', 'signal', action.slice('signal:'.length), name]
  switch (action) {
    case 'start':
    case 'stop':
      return ['supervisorctl', action, name]
    case 'restart':
    case 'try-restart':
      return ['supervisorctl', 'restart', name]
    case 'reload':
    case 'reload-or-restart':
    case 'reload-or-try-restart':
      return ['supervisorctl', 'signal', reloadSignal, name]
    default:
      return undefined
  }
}

/** Some versions of supervisorctl print ERROR but exit with 0. */
function check<Result extends { output: string; status: number | undefined }>(result: Result): Result {
  return result.status === 0 && /\bERROR\b/.test(result.output) ? { ...result, status: 1 } : result
}
