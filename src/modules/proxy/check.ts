import { inParallel } from '../../base/in-parallel.ts'
import type { Front } from '../../template/web-front.ts'
import { type Answer, ask, silent } from './ask.ts'
import type { Site } from './sites.ts'

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
      front.problem === undefined ? await ask(url, name, { via: { host: '127.0.0.1', port } }) : silent(front.problem)
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
