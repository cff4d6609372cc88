import { answers } from '../../system/answers.ts'
import { exists } from '../../system/read-files.ts'
import { systemd } from '../../system/service/systemd.ts'
import { type Check, type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'
import { consolePort } from '../web-site.ts'

/** The processes of the console: who they are, the socket of each, and the unit that starts it. */
const PARTS = [
  { name: 'the helper', socket: '/run/gabarit/helper.sock', unit: 'gabarit-helper.socket' },
  { name: 'the pages', socket: '/run/gabarit-web/http.sock', unit: 'gabarit-web.service' },
]
const TIMEOUT = 20_000

/** Whether the processes of the console run, if it is on. */
export const CONSOLE_CHECK: Check = { id: 'console', inStatus: 'effective state', run: consoleAnswers }

async function consoleAnswers(server: CheckedServer): Promise<readonly Diagnosis[]> {
  const { places, configuration } = server
  if (places.root !== '/') return ok(`below ${places.root} no console runs`)
  const record = configuration.get('httpd-admin')?.properties
  if (record?.get('status') !== 'enabled' || record.get('Manager') !== 'console') return ok('the console is off')
  return orOk([...(await silentParts(server)), ...(await silentPort(server))], 'the console answers')
}

/** Its own port, if it is on and does not answer. */
async function silentPort({ configuration }: CheckedServer): Promise<Diagnosis[]> {
  const port = consolePort(configuration)
  if (port === undefined || (await answers({ port, host: '127.0.0.1' }))) return []
  const message = `the own port of the console is on, but nothing answers on port ${port}`
  return [{ level: 'warning', message, ...(hasUnits() && { command: 'systemctl restart gabarit-console-port' }) }]
}

/** Whether systemd starts the console. Elsewhere somebody else has to. */
export function hasUnits(): boolean {
  return exists('/run/systemd/system')
}

/** The processes of the console that do not answer, and what to do. */
export async function silentParts({ system }: Pick<CheckedServer, 'system'>): Promise<Diagnosis[]> {
  const looks = await Promise.all(PARTS.map(async part => ((await answers({ path: part.socket })) ? [] : [part])))
  const silent = looks.flat()
  const told = silent.map(({ name, socket }) => `${name} (${socket})`).join(' and ')
  const message = `the console is on, but nothing answers for ${told}, so browsers get an error`
  if (silent.length === 0) return []
  if (!hasUnits()) {
    const wayOut = 'There is no systemd here that starts them: see docs/guide/console.md, "Without systemd".'
    return [{ level: 'error', message: `${message}. ${wayOut}` }]
  }
  const ask = (command: readonly string[]) => system.ask(command, { cwd: '/', timeout: TIMEOUT })
  const units = silent.map(({ unit }) => unit)
  const reasons = await Promise.all(units.map(name => systemd.why?.(ask, { name, reloadSignal: 'HUP' })))
  const words = reasons.map(reason => reason?.words).join('\n')
  return [{ level: 'error', message: `${message}: ${words}`, command: `systemctl restart ${units.join(' ')}` }]
}
