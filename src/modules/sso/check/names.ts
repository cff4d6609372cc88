import { escapeControls } from '../../../base/escape-controls.ts'
import { Failure } from '../../../base/failure.ts'
import { inParallel } from '../../../base/in-parallel.ts'
import type { Records } from '../../../db/record.ts'
import type { Front } from '../../../template/web-front.ts'
import type { Diagnosis } from '../../../terminal/module.ts'
import { CONSOLE } from '../gate/console.ts'
import type { parseSettings } from '../gate/settings.ts'
import { askHttps } from '../https.ts'

const AT_ONCE = 8

/** Asks each name that needs a login, on this machine, as a stranger: it must not answer with the application. */
export function checkNames(
  places: ReturnType<typeof parseSettings>['places'],
  proxies: Records,
  { https: port, problem }: Front,
): Promise<Diagnosis[]> {
  const urls = Object.entries(places).flatMap(([key, { names }]) => {
    const [kind = '', , location = ''] = key.split(':')
    // It has pages of its own for whoever has not logged in.
    if (kind === CONSOLE) return []
    const path = proxies.get(location)?.properties.get('Path') ?? '/'
    return names.filter(name => !name.includes('*')).map(name => ({ url: `https://${name}${path}`, kind }))
  })
  return inParallel(urls, AT_ONCE, async ({ url, kind }) => {
    if (kind === 'proxy' && problem !== undefined) return { level: 'error', message: `${url}: ${problem}` }
    if (port === undefined)
      return { level: 'error', message: `${url}: there is no HTTPS`, command: 'config setprop modSSL status enabled' }
    return judged(url, port)
  })
}

async function judged(url: string, localPort: number): Promise<Diagnosis> {
  try {
    const { status, headers } = await askHttps(url, { localPort, headOnly: true })
    const { location = '' } = headers
    if (status === 302 && location.includes('/gabarit-sso/')) return { level: 'ok', message: `${url} asks to log in` }
    if (status === 503)
      return { level: 'error', message: `${url} answers 503: nobody gets in`, command: 'gabarit doctor' }
    if (status === 401 || status === 403) return { level: 'ok', message: `${url} refuses this machine (${status})` }
    const to = location === '' ? '' : ` and sends to ${escapeControls(location)}`
    const message = `${url} answers ${status}${to}, without a login`
    return { level: 'error', message, command: 'signal-event sso-update, then gabarit doctor' }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { level: 'error', message: `${url}: ${error.message}`, command: 'gabarit doctor' }
  }
}
