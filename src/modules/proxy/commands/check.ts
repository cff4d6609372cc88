import { escapeControls } from '../../../base/escape-controls.ts'
import { EXIT, Failure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import { sayDay } from '../../../base/time.ts'
import { readDatabase } from '../../../db/store.ts'
import { databaseFile } from '../../../system/places.ts'
import { frontOf } from '../../../template/web-front.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { checkSites, type Result } from '../check.ts'
import { sitesOf } from '../sites.ts'

/** `gabarit proxy check [NAME]` */
export async function run({ args, places, flag, print, progress }: Invocation): Promise<number> {
  const [name] = args
  const all = sitesOf(readDatabase(databaseFile(places, 'proxies')) ?? new Map())
  const sites = all.filter(site => name === undefined || site.names.includes(name))
  if (sites.length === 0 && name !== undefined) {
    const names = all.flatMap(site => site.names)
    throw new Failure(`there is no proxy ${name}${didYouMean(name, names)}`, { hint: 'To list them: db proxies show' })
  }
  const front = frontOf(readDatabase(databaseFile(places, 'configuration')) ?? new Map())
  const results = await checkSites(sites, front, (done, total) =>
    progress(done === total ? undefined : `asked ${done} of ${total}`),
  )
  if (flag('json')) print(JSON.stringify(results.map(asData), null, 2))
  else if (sites.length === 0) print('there is no proxy: db proxies set NAME proxy Upstreams http://HOST:PORT')
  else for (const line of asTable(results)) print(line)
  return results.every(({ ok }) => ok) ? EXIT.done : EXIT.failed
}

function asData({ certificate, ...result }: Result): object {
  const ends = certificate === undefined ? undefined : new Date(certificate.ends).toISOString()
  const { status = null, location = null, problem = null, wrong = null } = result
  return { ...result, status, location, problem, wrong, certificate: certificate ? { ...certificate, ends } : null }
}

/** The results of a site below its name, in columns. */
function asTable(results: readonly Result[]): string[] {
  const label = ({ url, note }: Result) => (note === '' ? url : `${url} (${note})`)
  const width = Math.max(...results.map(result => label(result).length), 0)
  const lines: string[] = []
  let site = ''
  for (const result of results) {
    if (result.site !== site) lines.push(result.site)
    site = result.site
    const { status, time } = result
    const numbers = `${String(status ?? '---')}  ${String(time).padStart(5)} ms`
    lines.push(`  ${label(result).padEnd(width)}  ${numbers}  ${remarks(result).join('; ')}`.trimEnd())
  }
  return lines
}

function remarks({ wrong, location, certificate, through }: Result): string[] {
  const found: string[] = []
  if (wrong !== undefined) found.push(wrong)
  if (location !== undefined) found.push(`to ${location}`)
  if (certificate !== undefined && through === 'proxy') {
    const who = certificate.selfSigned ? 'self-signed' : `by ${certificate.issuer}`
    found.push(`certificate ${who}, until ${sayDay(new Date(certificate.ends))}`)
  }
  // Text from other servers.
  return found.map(escapeControls)
}
