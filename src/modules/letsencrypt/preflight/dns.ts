import type { CaaRecord as NodeRecord } from 'node:dns'
import { Resolver } from 'node:dns/promises'
import { cached } from '../../../base/cached.ts'
import { hasCode, messageOf } from '../../../base/failure.ts'
import { listIn } from '../settings.ts'
import type { CaaAnswer, CaaRecord } from './caa.ts'

/** The addresses of a name, or why they are unknown. */
export interface Addresses {
  /** IPv4 before IPv6. */
  readonly found: readonly string[]
  /** Why one of the two look-ups failed, in words; an empty answer is not a failure. */
  readonly problem: string | undefined
}

/** Milliseconds to wait for the first answer, and number of tries. */
const PATIENCE = { timeout: 3000, tries: 2 }

/** The meaning of each error. */
const WORDS: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the DNS server failed to resolve it (SERVFAIL)',
  EREFUSED: 'the DNS server refused to answer',
  ENOTIMP: 'the DNS server does not support this query',
  EFORMERR: 'the DNS server did not understand the query',
  EBADRESP: 'the answer is malformed',
  ETIMEOUT: 'the DNS server does not answer',
  ECONNREFUSED: 'there is no DNS server',
}
/** Errors of the server that was asked, not of the name. */
const OWN = ['EREFUSED', 'ENOTIMP', 'EFORMERR', 'EBADRESP', 'ECONNREFUSED']

/**
 * Queries a DNS server, each question only once. Only the DNS counts, as for an authority on the internet: /etc/hosts is not
 * read.
 */
export class Dns {
  readonly #resolver = new Resolver(PATIENCE)

  /**
   * @param servers comma-separated IP addresses, with a port if it is not 53; undefined: those of the system
   * @throws TypeError for anything else
   */
  constructor(servers: string | undefined) {
    if (servers !== undefined) this.#resolver.setServers(listIn(servers))
  }

  readonly addresses = remembered(async (name): Promise<Addresses> => {
    const [four, six] = await Promise.all([
      answerOf(this.#resolver.resolve4(name)),
      answerOf(this.#resolver.resolve6(name)),
    ])
    return { found: [...four.found, ...six.found], problem: four.problem ?? six.problem }
  })

  readonly caa = remembered(async (domain): Promise<CaaAnswer> => {
    try {
      const records = await this.#resolver.resolveCaa(domain)
      return { records: records.flatMap(record => asCaa(record)) }
    } catch (error) {
      if (isEmpty(error)) return { records: [] }
      return { problem: wordsOf(error), own: OWN.some(code => hasCode(error, code)) }
    }
  })
}

/** Asks each question only once. */
function remembered<Answer>(ask: (name: string) => Promise<Answer>): (name: string) => Promise<Answer> {
  const known = new Map<string, Promise<Answer>>()
  return name => cached(known, name, () => ask(name))
}

async function answerOf(asked: Promise<string[]>): Promise<Addresses> {
  try {
    return { found: await asked, problem: undefined }
  } catch (error) {
    return { found: [], problem: isEmpty(error) ? undefined : wordsOf(error) }
  }
}

/** A name without such a record, or no such name: not every runtime tells them apart. */
function isEmpty(error: unknown): boolean {
  return hasCode(error, 'ENODATA') || hasCode(error, 'ENOTFOUND')
}

function wordsOf(error: unknown): string {
  return Object.entries(WORDS).find(([code]) => hasCode(error, code))?.[1] ?? messageOf(error)
}

/** Node returns a record as an object with the flags as `critical` and the value under the name of its tag. */
function asCaa({ critical, ...tags }: NodeRecord): CaaRecord[] {
  return Object.entries(tags).map(([tag, value]) => ({ flags: critical, tag, value: String(value) }))
}
