import type { ServiceAction } from './actions.ts'
import { LINES, withLog } from './crashes.ts'
import type { Reason, Run, ServiceManager, Unit } from './manager.ts'

/** systemd, through systemctl(1), whose verbs are our actions. */
export const systemd: ServiceManager = {
  name: 'systemd',
  describe: (unit, action) => commandOf(unit, action).join(' '),
  adjust: (run, unit, action) => run(commandOf(unit, action)),
  isUp: async (run, unit) => {
    const name = unitName(unit)
    const { stdout } = await run(['systemctl', 'is-active', '--', name, name.replace(/\.service$/, '.socket')])
    const [state, socket] = stdout.split('\n')
    // "reloading" counts as up. "activating" does not: it is not up yet, or keeps restarting. A socket starts its service when
    // somebody connects.
    return state === 'active' || state === 'reloading' || (state === 'inactive' && socket === 'active')
  },
  since: async (run, unit) => {
    const property = '--property=ActiveEnterTimestamp'
    const { stdout } = await run(['systemctl', 'show', '--timestamp=unix', property, '--', unitName(unit)])
    const seconds = Number(/=@(\d+)$/m.exec(stdout)?.[1])
    return Number.isNaN(seconds) ? undefined : seconds * 1000
  },
  isUnknown: async (run, unit) => {
    const { stdout } = await run(['systemctl', 'show', '--property=LoadState,ActiveState', '--', unitName(unit)])
    // It may still run although its file is gone.
    return /^LoadState=not-found$/m.test(stdout) && /^ActiveState=(inactive|failed)$/m.test(stdout)
  },
  why,
}

async function why(run: Run, service: Unit): Promise<Reason> {
  const unit = unitName(service)
  const { stdout } = await run(['systemctl', 'show', '--property=LoadState,ActiveState,Result', '--', unit])
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(stdout)?.[1] ?? ''
  const start = `systemctl start ${unit}`
  if (value('LoadState') === 'masked')
    return { words: `${unit} is masked`, wayOut: `To start it: systemctl unmask ${unit} && ${start}` }
  const result = value('Result')
  if (value('ActiveState') === 'inactive' && /^(success)?$/.test(result))
    return { words: `${unit} is stopped`, wayOut: `To start it: ${start}` }
  const command = ['journalctl', '--quiet', '--no-pager', '--output=cat', `--lines=${LINES}`, '--unit', unit]
  const { stdout: said } = await run(command)
  const state = value('ActiveState')
  const words = `${unit} ${state === 'failed' ? 'has' : 'is'} ${state} (${result})`
  return withLog(words, 'journal', said, `To see more: systemctl status ${unit}`)
}

function unitName({ name }: Unit): string {
  return /\.(service|socket|timer|target)$/.test(name) ? name : `${name}.service`
}

function commandOf(service: Unit, action: ServiceAction): string[] {
  const unit = unitName(service)
  if (!action.startsWith('signal:')) return ['systemctl', '--no-ask-password', action, '--', unit]
  return ['systemctl', 'kill', `--signal=SIG${action.slice('signal:'.length)}`, '--', unit]
}
