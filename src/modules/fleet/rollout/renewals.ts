import { certificateKey } from '../store/keys.ts'
import type { Compared, Store } from '../store/store.ts'
import type { Report } from './observed.ts'

/** Makes a certificate for what a host asks for. @throws Failure if it asks for another key than it has */
export type MakeCertificate = (host: string, request: string) => Promise<string>

/** Answers hosts whose reports ask for a new certificate, each once. */
export class Renewals {
  readonly #store: Store
  readonly #fence: Compared
  readonly #make: MakeCertificate
  readonly #answered = new Map<string, string>()

  constructor(store: Store, fence: Compared, make: MakeCertificate) {
    this.#store = store
    this.#fence = fence
    this.#make = make
  }

  /** @returns the hosts that got one */
  async answer(reports: ReadonlyMap<string, Report>): Promise<string[]> {
    const done: string[] = []
    for (const [host, { request }] of reports) {
      if (request === '' || this.#answered.get(host) === request) continue
      this.#answered.set(host, request)
      const change = { key: certificateKey(host), value: await this.#make(host, request) }
      if (await this.#store.commit([this.#fence], [change])) done.push(host)
    }
    return done
  }
}
