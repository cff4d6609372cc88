import type { RunResult } from '../system.ts'
import { tellingCrashes } from './crashes.ts'
import { type Crash, type ServiceManager, supervised, type Unit } from './manager.ts'

const signal = ({ name }: Unit, word: string) => ['supervisorctl', 'signal', word, name]

const manager = supervised({
  ...{ name: 'supervisord', kind: 'service', signal },
  nameOf: ({ name }) => name,
  start: ({ name }) => ['supervisorctl', 'start', name],
  stop: ({ name }) => ['supervisorctl', 'stop', name],
  restart: ({ name }) => ['supervisorctl', 'restart', name],
  reload: unit => signal(unit, unit.reloadSignal),
  repeats: () => false,
  since: async (run, { name }) => {
    // `web  RUNNING  pid 12, uptime 1 day, 2:03:04`
    const uptime = /uptime (?:(\d+) days?, )?(\d+):(\d+):(\d+)/.exec(
      (await run(['supervisorctl', 'status', name])).output,
    )
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = uptime?.slice(1).map(part => Number(part ?? 0)) ?? []
    return uptime === null ? undefined : Date.now() - (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000
  },
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
  ...tellingCrashes(manager, {
    crashes: async (run, { name }) => readLog((await run(['supervisorctl', 'maintail', '-16000'])).stdout, name),
    state: async (run, { name }) => (await run(['supervisorctl', 'status', name])).stdout.trim(),
    log: async (run, { name }) => {
      const [said, complained] = await Promise.all(
        ['stdout', 'stderr'].map(channel => run(['supervisorctl', 'tail', name, channel])),
      )
      return `${said?.stdout ?? ''}${complained?.stdout ?? ''}`
    },
    more: ({ name }) => `supervisorctl tail ${name} stderr`,
  }),
  adjust: async (run, unit, action) => failed(await manager.adjust(run, unit, action)),
}

/** The ends of a service in the log of supervisord: `2026-11-29 11:30:01,123 INFO exited: web (exit status 1; not expected)`. */
function readLog(log: string, name: string): Crash[] {
  return [...log.matchAll(/^(\S+ [\d:,]+) \w+ exited: (\S+) \(([^;)]+)/gm)]
    .filter(([, , ended, how]) => ended === name && how !== 'terminated by SIGTERM')
    .map(([, at = '', , how = '']) => ({ at: new Date(at.replace(',', '.')).getTime(), how }))
}

/** Some versions of supervisorctl print ERROR but exit with 0. */
function failed(result: RunResult): RunResult {
  return result.status === 0 && /\bERROR\b/.test(result.output) ? { ...result, status: 1 } : result
}
