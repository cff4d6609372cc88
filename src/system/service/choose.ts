import { existsSync } from 'node:fs'
import { refusal } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { docker, withContainers } from './docker.ts'
import { resultOf, type ServiceManager } from './manager.ts'
import { s6 } from './s6.ts'
import { supervisord } from './supervisord.ts'
import { systemd } from './systemd.ts'

/** No service manager: only says what would be done. */
export const none: ServiceManager = {
  name: 'none',
  idle: true,
  describe: (unit, action) => `${action} ${unit.name} (there is no service manager)`,
  adjust: () => Promise.resolve(resultOf(undefined)),
  isUp: () => Promise.resolve(undefined),
}

/** The managers, and a file that shows that one runs on this machine; the first that is found is used. */
const MANAGERS: readonly (readonly [
  name: string,
  make: (env: NodeJS.ProcessEnv) => ServiceManager,
  traces: readonly string[],
])[] = [
  ['systemd', () => systemd, ['/run/systemd/system']],
  ['s6', s6, ['/run/service/.s6-svscan', '/service/.s6-svscan']],
  ['supervisord', () => supervisord, ['/run/supervisor.sock', '/var/run/supervisor.sock']],
  ['docker', () => docker, []],
  ['none', () => none, []],
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
  return withContainers(findServiceManager(root, property, env))
}

function findServiceManager(root: string, property: string | undefined, env: NodeJS.ProcessEnv): ServiceManager {
  const named = env.GABARIT_SERVICE_MANAGER || property
  if (named !== undefined && named !== '' && named !== 'auto') {
    const make = MANAGERS.find(([name]) => name === named)?.[1]
    if (make !== undefined) return make(env)
    const names = MANAGERS.map(([name]) => name)
    throw refusal(`unknown service manager "${named}"${didYouMean(named, names)}`, {
      hint: `Known: ${names.join(', ')}`,
    })
  }
  if (root !== '/') return none
  return MANAGERS.find(([, , traces]) => traces.some(path => existsSync(path)))?.[1](env) ?? none
}
