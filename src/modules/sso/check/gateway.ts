import { request } from 'node:http'
import { orUndefined } from '../../../base/failure.ts'
import { answerTo } from '../../../system/http-answer.ts'
import { below, type Places } from '../../../system/places.ts'
import { type Diagnosis, ok } from '../../../terminal/module.ts'
import { readSettings } from '../gate/settings.ts'
import { KEYS } from '../keys.ts'

/** Where front ends ask the gateway. */
export const SOCKET = '/run/gabarit-gate/http.sock'

const RESTART = 'systemctl restart gabarit-gate (without systemd: docs/guide/login.md)'
const LIMIT = 5000
const LARGEST = 1 << 16

/** Whether the gateway answers, and has loaded what is there. @param isLive whether an event has made this of the records */
export async function checkGateway(places: Places, isLive: boolean): Promise<readonly Diagnosis[]> {
  const stale: Diagnosis[] = isLive
    ? []
    : [
        {
          level: 'warning',
          message: 'the records were changed since the last event',
          command: 'signal-event sso-update',
        },
      ]
  const loaded = await loadedBy(below(places, SOCKET))
  if (loaded === undefined) {
    const message = `nothing answers at ${SOCKET}, so places whose Login is sso answer 503`
    return [...stale, { level: 'error', message, command: RESTART }]
  }
  const there = orUndefined(() => readSettings(below(places, `${KEYS}/gate.json`)).hash)
  if (loaded === there) return [...stale, ...ok('it answers, and has loaded the present settings and keys')]
  return [...stale, { level: 'error', message: 'it runs with former settings or keys', command: RESTART }]
}

/** The hash of what the gateway has loaded; undefined if it does not answer. */
async function loadedBy(socketPath: string): Promise<string | undefined> {
  const asked = request({ socketPath, path: '/status', agent: false, signal: AbortSignal.timeout(LIMIT) })
  const answer = await answerTo(asked, LARGEST).catch(() => undefined)
  return orUndefined(() => String(JSON.parse(answer?.body.toString() ?? '').settings))
}
