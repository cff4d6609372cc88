import { sha256 } from '../../../base/sha256.ts'
import { listOf, number, objectOf, optional, recordOf, type TypeOf, text } from '../../../base/shape.ts'
import { newToken } from '../../../base/token.ts'
import type { State } from '../../../system/state.ts'
import type { NameId } from './saml/name-id.ts'

const nameId = objectOf({
  value: text,
  format: optional(text),
  nameQualifier: optional(text),
  spNameQualifier: optional(text),
})

const session = objectOf({
  /** The entityID of the provider. */
  provider: text,
  nameId,
  index: optional(text),
  /** What the provider wants to see when the user leaves. */
  hint: optional(text),
  user: text,
  groups: listOf(text),
  /** Milliseconds since 1970. */
  opened: number,
  until: number,
  /** Hashes of the tokens of its cookies, by the name of the site: a site cannot use the cookie of another one. */
  sites: recordOf(text),
})

/** Somebody who is logged in with one browser. */
export type Session = TypeOf<typeof session>

/** Which sessions to end (SAML core 3.7.3.2). */
export interface Ending {
  readonly provider: string
  readonly nameId: NameId
  /** Of the provider's sessions; none: all of the user. */
  readonly indexes: readonly string[]
}

/** Where they are, each in its file. */
export const FOLDER = 'sessions'

/**
 * The sessions, each in a file of its own: opening, entering a site and ending one is one write or removal that is synced before
 * anybody is answered. A database would need native code for the same. The file is what counts: whoever removes it ends the
 * session at the next request, and so does `gabarit sso end`.
 */
export class Sessions {
  readonly #state: State
  readonly #byId = new Map<string, Session>()
  readonly #byToken = new Map<string, string>()
  readonly #byUser = new Map<string, Set<string>>()

  /** Reads those that are there. A damaged one is none. */
  constructor(state: State) {
    this.#state = state
    for (const id of state.list(FOLDER).filter(name => /^[0-9a-f]{64}$/.test(name))) {
      const one = readSession(state.read(`${FOLDER}/${id}`))
      if (one !== undefined) this.#keep(id, one)
    }
  }

  /** Those that are open, with their identifiers. */
  all(now: number): (readonly [id: string, session: Session])[] {
    return [...this.#byId].filter(([, { until }]) => until > now)
  }

  /** @returns its identifier */
  open(one: Omit<Session, 'sites'>): string {
    this.end([...this.#byId].flatMap(([id, { until }]) => (until <= one.opened ? id : [])))
    const id = sha256(newToken())
    this.#write(id, { ...one, sites: {} })
    return id
  }

  /** Lets a session into a site. @returns the token for its cookie; undefined if the session has ended */
  enter(id: string, site: string, now: number): string | undefined {
    const one = this.get(id, now)
    if (one === undefined) return undefined
    const token = newToken()
    this.#write(id, { ...one, sites: { ...one.sites, [site]: siteHash(site, token) } })
    const { [site]: former } = one.sites
    if (former !== undefined) this.#byToken.delete(former)
    return token
  }

  /** The session of a cookie; undefined if there is none. */
  find(site: string, token: string, now: number): { id: string; session: Session } | undefined {
    const id = this.#byToken.get(siteHash(site, token))
    const one = id === undefined ? undefined : this.get(id, now)
    return id === undefined || one === undefined ? undefined : { id, session: one }
  }

  get(id: string, now: number): Session | undefined {
    const one = this.#byId.get(id)
    if (one !== undefined && one.until > now && this.#state.has(`${FOLDER}/${id}`)) return one
    this.#forget(id)
    return undefined
  }

  /** The identifiers of the sessions that a request is about. */
  matching({ provider, nameId: name, indexes }: Ending, now: number): string[] {
    const ids = [...(this.#byUser.get(userKey(provider, name.value)) ?? [])]
    return ids.filter(id => {
      const one = this.get(id, now)
      const isNamed = one !== undefined && isSameUser(one, { provider, nameId: name })
      return isNamed && (indexes.length === 0 || (one.index !== undefined && indexes.includes(one.index)))
    })
  }

  /** The identifiers of the sessions with an index, of whichever user. */
  withIndex(provider: string, index: string, now: number): string[] {
    return this.all(now).flatMap(([id, one]) => (one.index === index && one.provider === provider ? id : []))
  }

  /** Ends sessions, durably. @throws the first error, after all that can be ended has ended */
  end(ids: readonly string[]): void {
    this.remove(ids)
    if (ids.length > 0) this.#state.sync(FOLDER)
  }

  /** As {@link end}, but durable only after the next sync of their folder. */
  remove(ids: readonly string[]): void {
    const errors = ids.flatMap(id => {
      try {
        // A user with ten sessions would wait ten times for the disk.
        this.#state.remove(`${FOLDER}/${id}`, { isQuick: true })
        this.#forget(id)
        return []
      } catch (error) {
        return [error]
      }
    })
    if (errors.length > 0) throw errors[0]
  }

  #write(id: string, one: Session): void {
    this.#state.write(`${FOLDER}/${id}`, JSON.stringify(one))
    this.#keep(id, one)
  }

  #keep(id: string, one: Session): void {
    this.#byId.set(id, one)
    for (const hash of Object.values(one.sites)) this.#byToken.set(hash, id)
    const key = userKey(one.provider, one.nameId.value)
    this.#byUser.set(key, (this.#byUser.get(key) ?? new Set()).add(id))
  }

  #forget(id: string): void {
    const one = this.#byId.get(id)
    if (one === undefined) return
    this.#byId.delete(id)
    for (const hash of Object.values(one.sites)) this.#byToken.delete(hash)
    const key = userKey(one.provider, one.nameId.value)
    const others = this.#byUser.get(key)
    others?.delete(id)
    if (others?.size === 0) this.#byUser.delete(key)
  }
}

function readSession(content: Buffer | undefined): Session | undefined {
  try {
    return session(JSON.parse(content?.toString('utf8') ?? ''))
  } catch {
    return undefined
  }
}

/** Whether a session is of this user: what one of the two does not say is not compared. */
export function isSameUser(one: Session, { provider, nameId: name }: Pick<Ending, 'provider' | 'nameId'>): boolean {
  const agree = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b
  return (
    one.provider === provider &&
    one.nameId.value === name.value &&
    agree(one.nameId.nameQualifier, name.nameQualifier) &&
    agree(one.nameId.spNameQualifier, name.spNameQualifier)
  )
}

function siteHash(site: string, token: string): string {
  return sha256(`${site}\n${token}`)
}

function userKey(provider: string, value: string): string {
  return `${provider}\n${value}`
}
