import type { ServiceAction } from './actions.ts'
import type { ServiceManager, Unit } from './manager.ts'

/** systemd, through systemctl(1), whose verbs are our actions. */
export const systemd: ServiceManager = {
  name: 'systemd',
  describe: (unit, action) => commandOf(unit, action).join(' '),
  adjust: (run, unit, action) => run(commandOf(unit, action)),
  isUp: async (run, unit) => {
    const { stdout } = await run(['systemctl', 'is-active', '--', unitName(unit)])
    // "reloading" counts as up. "activating" does not: it is not up yet, or keeps restarting.
    return /^(active|reloading)$/m.test(stdout)
  },
  isUnknown: async (run, unit) => {
    const { stdout } = await run(['systemctl', 'show', '--property=LoadState,ActiveState', '--', unitName(unit)])
    // It may still run although its file is gone.
    return /^LoadState=not-found$/m.test(stdout) && /^ActiveState=(inactive|failed)$/m.test(stdout)
  },
}

function unitName({ name }: Unit): string {
  return /\.(service|socket|timer|target)$/.test(name) ? name : `${name}.service`
}

function commandOf(service: Unit, action: ServiceAction): string[] {
  const unit = unitName(service)
  if (!action.startsWith('signal:')) return ['systemctl', '--no-ask-password', action, '--', unit]
  return ['systemctl', 'kill', `--signal=SIG${action.slice('signal:'.length)}`, '--', unit]
}
