import type { ServiceAction } from './actions.ts'
import type { ServiceManager, Unit } from './manager.ts'

/** systemd, by systemctl(1), whose verbs our actions are. */
export const systemd: ServiceManager = {
  name: 'systemd',
  describe: (unit, action) => commandOf(unit, action).join(' '),
  adjust: (run, unit, action) => run(commandOf(unit, action)),
  isUp: async (run, unit) => {
    const { stdout } = await run(['systemctl', 'is-active', '--', unitName(unit)])
    // A reload under way counts: "reloading". "activating" is not up yet, or up again and again.
    return /^(active|reloading)$/m.test(stdout)
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
