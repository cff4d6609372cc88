import { Resolver } from 'node:dns/promises'
import { hasCode, messageOf } from '../../../base/failure.ts'
import type { CaaAnswer, CaaRecord } from './caa.ts'

/** Where a name is, or why that is not known. */
export interface Addresses {
  /** IPv4 before IPv6. */
  readonly found: readonly string[]
  /** Why one of the two look-ups failed, in words; an empty answer is no failure. */
  readonly problem: string | undefined
  /** There is no such name at all. */
  readonly unknown: boolean
}

/** Milliseconds to wait for the first answer, and how often to ask. */
const PATIENCE = { timeout: 3000, tries: 2 }

/** What an answer means. */
const WORDS: Readonly<Record<string, string>> = {
  ESERVFAIL: 'the DNS server cannot find it out (SERVFAIL)',
  EREFUSED: 'the DNS server refuses to answer',
  ENOTIMP: 'the DNS server does not know such questions',
  EFORMERR: 'the DNS server does not understand the question',
  EBADRESP: 'the answer is malformed',
  ETIMEOUT: 'the DNS server does not answer',
  ECONNREFUSED: 'there is no DNS server',
}
/** These are about the server that was asked, not about the name. */
const OWN = ['EREFUSED', 'ENOTIMP', 'EFORMERR', 'EBADRESP', 'ECONNREFUSED']

/**
 * Asks a DNS server, and each question only once. It is the DNS alone that counts, as for an authority on the internet:
 * /etc/hosts is not read.
 */
export class Dns {
  readonly #resolver = new Resolver(PATIENCE)
  readonly #addresses = new Map<string, Promise<Addresses>>()
  readonly #caa = new Map<string, Promise<CaaAnswer>>()

  /**
   * @param servers IP addresses, with port where it is not 53, parted by commas; undefined: those of the system
   * @throws TypeError for anything else
   */
  constructor(servers: string | undefined) {
    if (servers !== undefined) this.#resolver.setServers(servers.split(/[\s,]+/).filter(Boolean))
  }

  addresses(name: string): Promise<Addresses> {
    return remembered(this.#addresses, name, async () => {
      const [four, six] = await Promise.all([
        answerOf(this.#resolver.resolve4(name)),
        answerOf(this.#resolver.resolve6(name)),
      ])
      return {
        found: [...four.found, ...six.found],
        problem: four.problem ?? six.problem,
        unknown: four.unknown && six.unknown,
      }
    })
  }

  caa(domain: string): Promise<CaaAnswer> {
    return remembered(this.#caa, domain, () => this.#askCaa(domain))
  }

  async #askCaa(domain: string): Promise<CaaAnswer> {
    try {
      const records = await this.#resolver.resolveCaa(domain)
      return { records: records.flatMap(record => asCaa(record)) }
    } catch (error) {
      if (isEmpty(error)) return { records: [] }
      return { problem: wordsOf(error), own: OWN.some(code => hasCode(error, code)) }
    }
  }
}

function remembered<Answer>(
  known: Map<string, Promise<Answer>>,
  name: string,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const answer = known.get(name) ?? ask()
  known.set(name, answer)
  return answer
}

async function answerOf(asked: Promise<string[]>): Promise<Addresses> {
  try {
    return { found: await asked, problem: undefined, unknown: false }
  } catch (error) {
    return { found: [], problem: isEmpty(error) ? undefined : wordsOf(error), unknown: hasCode(error, 'ENOTFOUND') }
  }
}

function isEmpty(error: unknown): boolean {
  return hasCode(error, 'ENODATA') || hasCode(error, 'ENOTFOUND')
}

function wordsOf(error: unknown): string {
  return Object.entries(WORDS).find(([code]) => hasCode(error, code))?.[1] ?? messageOf(error)
}

/** Node gives a record as an object with the flags under `critical` and the value under the name of its tag. */
function asCaa(record: object): CaaRecord[] {
  const entries: [string, unknown][] = Object.entries(record)
  const flags = Number(entries.find(([name]) => name === 'critical')?.[1] ?? 0)
  return entries.flatMap(([tag, value]) => (tag === 'critical' ? [] : [{ flags, tag, value: String(value) }]))
}
