import type { ServiceAction } from './actions.ts'
import type { ServiceManager, Unit } from './manager.ts'

/** systemd, by systemctl(1), whose verbs our actions are. */
export const systemd: ServiceManager = {
  name: 'systemd',
  describe: (unit, action) => commandOf(unit, action).join(' '),
  adjust: (run, unit, action) => run(commandOf(unit, action)),
}

function commandOf({ name, reloadSignal }: Unit, action: ServiceAction): string[] {
  const unit = name.includes('.') && /\.(service|socket|timer|target)$/.test(name) ? name : `${name}.service`
  if (!action.startsWith('signal:')) return ['systemctl', '--no-ask-password', action, '--', unit]
  return ['systemctl', 'kill', `--signal=SIG${action.slice('signal:'.length) || reloadSignal}`, '--', unit]
}
