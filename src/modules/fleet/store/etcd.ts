import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, Failure } from '../../../base/failure.ts'
import { isObject } from '../../../base/is-object.ts'
import { EtcdError, refused } from './gateway.ts'
import { endOf } from './prefix.ts'
import { type Login, Session } from './session.ts'
import type { Change, Compared, Entry, Store } from './store.ts'

/** Keys in one answer. */
const PAGE = 500

/** Milliseconds before a lost watch is begun again: twice as long each time, up to the last. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [500, 30_000]

const base64 = (text: string) => Buffer.from(text).toString('base64')
const textOf = (value: unknown) => Buffer.from(typeof value === 'string' ? value : '', 'base64').toString('utf8')

/** A store in etcd, asked through its JSON gateway. */
export class EtcdStore implements Store {
  readonly #session: Session

  constructor(login: Login) {
    this.#session = new Session(login)
  }

  async get(key: string): Promise<Entry | undefined> {
    const { kvs } = await this.#session.ask('/kv/range', { key: base64(key) })
    return entriesOf(kvs)[0]
  }

  list(prefix: string): Promise<readonly Entry[]> {
    return this.#range(prefix, {})
  }

  async keys(prefix: string): Promise<readonly string[]> {
    return (await this.#range(prefix, { keys_only: true })).map(({ key }) => key)
  }

  async #range(prefix: string, how: object): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    const end = base64(endOf(prefix))
    let [from, limit] = [prefix, PAGE]
    let revision: unknown = '0'
    for (;;) {
      try {
        const range = { key: base64(from), range_end: end, limit: String(limit), revision, ...how }
        const { kvs, more, header } = await this.#session.ask('/kv/range', range)
        const page = entriesOf(kvs)
        entries.push(...page)
        if (more !== true) return entries
        // The rest as it was at the same moment, behind the last key.
        revision = isObject(header) ? header.revision : revision
        from = `${page.at(-1)?.key}\0`
      } catch (error) {
        if (!(error instanceof Error && error.name === 'TooLarge') || limit === 1) throw error
        limit = Math.ceil(limit / 8)
      }
    }
  }

  async commit(compare: readonly Compared[], changes: readonly Change[]): Promise<boolean> {
    const question = {
      compare: compare.map(({ key, revision }) => ({
        key: base64(key),
        target: 'MOD',
        result: 'EQUAL',
        mod_revision: String(revision),
      })),
      success: changes.map(change =>
        'remove' in change
          ? { request_delete_range: { key: base64(change.key) } }
          : { request_put: { key: base64(change.key), value: base64(change.value), lease: change.lease ?? '0' } },
      ),
    }
    const { succeeded } = await this.#session.ask('/kv/txn', question, false)
    return succeeded === true
  }

  async watch(
    prefix: string,
    told: (changes: readonly Entry[] | 'reread') => void,
    signal: AbortSignal,
  ): Promise<void> {
    let pause = FIRST_PAUSE
    const begun = () => {
      pause = FIRST_PAUSE
      told('reread')
    }
    while (!signal.aborted) {
      try {
        await this.#watchOnce(prefix, begun, told, signal)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof Failure && error.status === EXIT.refused) throw error
      }
      // Not all hosts of a fleet at the same moment.
      await sleep(pause * (0.5 + Math.random()), undefined, { signal }).catch(() => undefined)
      pause = Math.min(pause * 2, LONGEST_PAUSE)
    }
  }

  /** Until it is lost, or what it would tell was compacted. */
  async #watchOnce(
    prefix: string,
    begun: () => void,
    told: (changes: readonly Entry[]) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const range = { key: base64(prefix), range_end: base64(endOf(prefix)) }
    // A watch says only "permission denied", even if it is the token that has expired.
    await this.#session.ask('/kv/range', { ...range, count_only: true })
    const ended = new AbortController()
    const both = AbortSignal.any([signal, ended.signal])
    await this.#session.stream('/watch', { create_request: range }, both, ({ result, error, ...answer }) => {
      if (error !== undefined) throw refused(isObject(error) ? error : answer, 0)
      const { created, canceled, events } = isObject(result) ? result : answer
      if (canceled === true) return ended.abort()
      if (created === true) begun()
      const changes = Array.isArray(events) ? events.map(changed) : []
      if (changes.length > 0) told(changes)
    })
  }

  async lease(seconds: number): Promise<string> {
    const { ID } = await this.#session.ask('/lease/grant', { TTL: String(seconds) })
    return String(ID)
  }

  async keepAlive(lease: string): Promise<boolean> {
    const { result } = await this.#session.ask('/lease/keepalive', { ID: lease })
    return isObject(result) && Number(result.TTL ?? 0) > 0
  }

  close(): void {
    this.#session.close()
  }
}

function entriesOf(kvs: unknown): Entry[] {
  return Array.isArray(kvs) ? kvs.map(entryOf) : []
}

function entryOf(kv: unknown): Entry {
  if (!isObject(kv)) throw new EtcdError('an answer without a key', 0)
  return { key: textOf(kv.key), value: textOf(kv.value), revision: Number(kv.mod_revision) }
}

/** An event of a watch: a removed key has no revision any more. */
function changed(event: unknown): Entry {
  const { kv, type } = isObject(event) ? event : {}
  const entry = entryOf(kv)
  return type === 'DELETE' ? { ...entry, value: '', revision: 0 } : entry
}
