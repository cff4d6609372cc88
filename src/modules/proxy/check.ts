import { columns } from '../../base/columns.ts'
import { escapeControls } from '../../base/escape-controls.ts'
import { Failure } from '../../base/failure.ts'
import { inParallel } from '../../base/in-parallel.ts'
import { didYouMean } from '../../base/nearest.ts'
import { sayDay } from '../../base/time.ts'
import { recordsOf } from '../../db/store.ts'
import { below } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'
import { type Front, frontOf } from '../../template/web-front.ts'
import type { Invocation } from '../../terminal/command.ts'
import { type Answer, ask, silent } from './ask.ts'
import { type Site, sitesOf } from './sites.ts'

/** One request of a check, and its result. */
export interface Result extends Answer {
  /** The public name that it belongs to. */
  readonly site: string
  readonly url: string
  /** Whether it went through the proxy or directly to a backend. */
  readonly through: 'proxy' | 'upstream'
  /** What distinguishes a backend: its path, `backup`. */
  readonly note: string
  readonly ok: boolean
  /** What is wrong, for people; undefined if nothing is. */
  readonly wrong: string | undefined
}

/** Number of simultaneous requests. */
const AT_ONCE = 16

/** `gabarit proxy check [NAME]` */
export async function run({ args, places, answer, progress }: Invocation): Promise<number> {
  const [name] = args
  const all = sitesOf(recordsOf(places, 'proxies'))
  const sites = all.filter(site => name === undefined || site.names.includes(name.toLowerCase()))
  if (sites.length === 0 && name !== undefined) {
    const names = all.flatMap(site => site.names)
    throw new Failure(`there is no proxy ${name}${didYouMean(name, names)}`, { hint: 'To list them: db proxies show' })
  }
  const front = frontOf(recordsOf(places, 'configuration'))
  const answers = await checkSites(sites, front, (done, total) =>
    progress(done === total ? undefined : `asked ${done} of ${total}`),
  )
  const results = sites.flatMap(site => [
    ...answers.filter(answer => answer.site === site.name),
    ...site.passwords.filter(file => !exists(below(places, file))).map(file => withoutPasswords(site.name, file)),
  ])
  const none = 'there is no proxy: db proxies set NAME proxy Upstreams http://HOST:PORT'
  return answer(
    results.map(asData),
    sites.length === 0 ? none : asTable(results).join('\n'),
    results.every(({ ok }) => ok),
  )
}

/** nginx asks for a password of a missing file, and takes none. */
function withoutPasswords(site: string, file: string): Result {
  const wrong = 'BasicAuthFile does not exist, so nobody gets in'
  return { ...silent(wrong), site, url: file, through: 'proxy', note: '', ok: false, wrong }
}

/**
 * Requests each public name, including aliases, through the proxy over HTTP and HTTPS, and each backend directly.
 * @param onDone called after each request
 */
export function checkSites(
  sites: readonly Site[],
  front: Front,
  onDone: (done: number, total: number) => void,
): Promise<Result[]> {
  const questions = sites.flatMap(site => questionsOf(site, front))
  let done = 0
  return inParallel(questions, AT_ONCE, async question => {
    const result = await question()
    onDone(++done, questions.length)
    return result
  })
}

function questionsOf(site: Site, front: Front): (() => Promise<Result>)[] {
  const through = (scheme: 'http' | 'https', port: number) => (name: string) => async (): Promise<Result> => {
    const url = `${scheme}://${name}/`
    const answer =
      front.problem === undefined ? await ask(url, name, { host: '127.0.0.1', port }) : silent(front.problem)
    return judged({ ...answer, site: site.name, url, through: 'proxy', note: '' })
  }
  const direct = site.upstreams.map(({ url, path, options, host, servername }) => async (): Promise<Result> => {
    const note = [path === '/' ? '' : `for ${path}`, options].filter(text => text !== '').join(', ')
    return judged({ ...(await ask(url, host, { servername })), site: site.name, url, through: 'upstream', note })
  })
  const https = site.https && front.https !== undefined ? [through('https', front.https)] : []
  const questions = [...https, through('http', front.http)]
  return [...(site.enabled ? site.names.flatMap(name => questions.map(question => question(name))) : []), ...direct]
}

function judged(result: Omit<Result, 'ok' | 'wrong'>): Result {
  const wrong = whatIsWrong(result)
  return { ...result, ok: wrong === undefined, wrong }
}

function whatIsWrong({ status, problem, certificate, through }: Omit<Result, 'ok' | 'wrong'>): string | undefined {
  if (problem !== undefined) return `no answer: ${problem}`
  if (status !== undefined && status >= 500) return 'the server failed'
  // The certificate of a backend only matters to nginx, which does not verify it either.
  if (certificate === undefined || through === 'upstream') return undefined
  if (!certificate.fits) return 'the certificate does not contain this name'
  return certificate.ends < Date.now() ? 'the certificate has expired' : undefined
}

function asData({ certificate, ...result }: Result): object {
  const ends = certificate === undefined ? undefined : new Date(certificate.ends).toISOString()
  const { status = null, location = null, problem = null, wrong = null } = result
  return { ...result, status, location, problem, wrong, certificate: certificate ? { ...certificate, ends } : null }
}

/** The results of a site below its name, in columns. */
function asTable(results: readonly Result[]): string[] {
  const rows = results.map(result => {
    const { url, note, time, ok } = result
    const status = result.status ?? (ok ? 'open' : '---')
    const label = note === '' ? url : `${url} (${note})`
    return [label, String(status), `${String(time).padStart(5)} ms`, remarks(result).join('; ')]
  })
  return columns(rows).flatMap((line, index) => {
    const site = results[index]?.site ?? ''
    return site === results[index - 1]?.site ? [`  ${line}`] : [site, `  ${line}`]
  })
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
