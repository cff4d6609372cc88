import type { RunResult } from '../system.ts'
import { type ServiceManager, supervised, type Unit } from './manager.ts'

const signal = ({ name }: Unit, word: string) => ['supervisorctl', 'signal', word, name]

const manager = supervised({
  ...{ name: 'supervisord', kind: 'service', signal },
  nameOf: ({ name }) => name,
  start: ({ name }) => ['supervisorctl', 'start', name],
  stop: ({ name }) => ['supervisorctl', 'stop', name],
  restart: ({ name }) => ['supervisorctl', 'restart', name],
  reload: unit => signal(unit, unit.reloadSignal),
  repeats: () => false,
  look: async (run, { name }) => {
    const state = await run(['supervisorctl', 'status', name])
    if (state.problem !== undefined) return state
    const word = /^\S+\s+([A-Z]+)/m.exec(state.output)?.[1]
    if (state.output.includes('no such process')) return 'unknown'
    return word === undefined ? { ...state, status: state.status || 1 } : word === 'RUNNING' || word === 'STARTING'
  },
  isUp: async (run, { name }) => {
    const { output } = await run(['supervisorctl', 'status', name])
    return /^\S+\s+RUNNING\b/m.test(output)
  },
})

/** supervisord, through supervisorctl(1). */
export const supervisord: ServiceManager = {
  ...manager,
  adjust: async (run, unit, action) => failed(await manager.adjust(run, unit, action)),
}

/** Some versions of supervisorctl print ERROR but exit with 0. */
function failed(result: RunResult): RunResult {
  return result.status === 0 && /\bERROR\b/.test(result.output) ? { ...result, status: 1 } : result
}
