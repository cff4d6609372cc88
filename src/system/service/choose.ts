import { existsSync } from 'node:fs'
import { refusal } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { docker, withContainers } from './docker.ts'
import { IDLE, type ServiceManager } from './manager.ts'
import { s6 } from './s6.ts'
import { supervisord } from './supervisord.ts'
import { systemd } from './systemd.ts'

/** No service manager: only says what would be done. */
const none: ServiceManager = {
  ...{ ...IDLE, name: 'none' },
  describe: (unit, action) => `${action} ${unit.name} (there is no service manager)`,
  isNothing: async (_, wasOn) => !wasOn(),
}

/** The managers, and a file that shows that one runs on this machine; the first that is found is used. */
const MANAGERS = [
  { name: 'systemd', make: () => systemd, traces: ['/run/systemd/system'] },
  { name: 's6', make: s6, traces: ['/run/service/.s6-svscan', '/service/.s6-svscan'] },
  { name: 'supervisord', make: () => supervisord, traces: ['/run/supervisor.sock', '/var/run/supervisor.sock'] },
  { name: 'docker', make: () => docker, traces: [] },
  { name: 'none', make: () => none, traces: [] },
]

/**
 * The service manager: `GABARIT_SERVICE_MANAGER`, else the property `ServiceManager` of the record `gabarit`, else detected
 * by its files in /run. Services in containers belong to Docker. Below a root other than `/`, no service manager is used
 * unless it is named.
 * @throws Failure (refused) for an unknown name
 */
export function chooseServiceManager(
  root: string,
  property: string | undefined,
  env: NodeJS.ProcessEnv,
): ServiceManager {
  const named = env.GABARIT_SERVICE_MANAGER || property || 'auto'
  const found = MANAGERS.find(({ name, traces }) =>
    named === 'auto' ? root === '/' && traces.some(path => existsSync(path)) : name === named,
  )
  if (found !== undefined) return withContainers(found.make(env))
  if (named === 'auto') return withContainers(none)
  const names = MANAGERS.map(({ name }) => name)
  throw refusal(`unknown service manager "${named}"${didYouMean(named, names)}`, { hint: `Known: ${names.join(', ')}` })
}
