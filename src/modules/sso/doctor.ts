import { answers } from '../../system/answers.ts'
import { type CheckedServer, type Diagnosis, ok } from '../../terminal/module.ts'

const SOCKET = '/run/gabarit-gate/http.sock'

/** Whether the gateway answers, if it is on: without it nobody gets into a place with a login. */
export async function gatewayAnswers({ places, configuration }: CheckedServer): Promise<readonly Diagnosis[]> {
  if (configuration.get('sso')?.properties.get('status') !== 'enabled') return ok('the gateway for logins is off')
  if (places.root !== '/') return ok(`below ${places.root} no gateway runs`)
  if (await answers({ path: SOCKET })) return ok('the gateway for logins answers')
  const message = `sso is enabled, but nothing answers at ${SOCKET}, so places whose Login is sso answer 503`
  return [{ level: 'error', message, command: 'systemctl restart gabarit-gate (without systemd: docs/guide/login.md)' }]
}
