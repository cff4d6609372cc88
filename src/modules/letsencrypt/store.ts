import type { X509Certificate } from 'node:crypto'
import { Failure } from '../../base/failure.ts'
import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'
import { authorityState } from './authority.ts'
import { readChoice, writeChoice } from './choice.ts'
import { namesOf, readLeaf, validityOf } from './pem.ts'
import { filesOf, readWhole } from './stored-files.ts'
import type { Authority, Clock } from './types.ts'
import type { CertificateTexts } from './verify.ts'

/** A certificate of the history: a folder that nobody changes any more. */
export interface StoredCertificate {
  /** The wanted certificate that it was issued for. */
  readonly name: string
  /** Its name in the history: the second in which it was asked for, as dehydrated counts it. */
  readonly id: string
  /** Real path of its folder. */
  readonly folder: string
  /** Paths on the server, for the properties. */
  readonly files: { readonly crt: string; readonly key: string; readonly chain: string }
  readonly certificate: X509Certificate
  readonly names: readonly string[]
  readonly from: Date
  readonly until: Date
  /** The authority has withdrawn it at our wish; or was asked to, and nobody knows what came of it: it is not used either. */
  readonly revoked: 'begun' | 'done' | undefined
}

/** Files in the folder of a certificate. */
const [REVOKED, REVOKING] = ['revoked', 'revoking'] as const
/** How the name of a folder begins that is not complete yet. */
const NEW = '.new-'

/** What a person has chosen to be served. */
export interface Choice {
  readonly certificate: StoredCertificate
  readonly until: Date
}

/** A file of the history that cannot be used. Everything else goes on without it. */
export interface Damage {
  /** Says which file, what is wrong with it, and what to do. */
  readonly failure: Failure
  /** The path on the server by which records name the certificate; undefined when it is none. */
  readonly crt: string | undefined
}

/**
 * All certificates that an authority has issued to this server. Services read them from here and not from dehydrated's
 * folder: there key and certificate are replaced one after the other under the eyes of a service that may start just then.
 */
export class CertificateStore {
  readonly #places: Places
  readonly #clock: Clock
  readonly #state: State
  /** By folder, which nobody changes any more: each is read once, however often it is asked for. */
  readonly #seen = new Map<string, StoredCertificate | Damage>()

  constructor(places: Places, authority: Authority, clock: Clock) {
    this.#places = places
    this.#clock = clock
    this.#state = authorityState(places, authority).within('certificates')
  }

  /** Names of the certificates that have a history. */
  names(): string[] {
    return visible(this.#state).sort()
  }

  /** The certificates of a name that can be used, the newest first. */
  history(name: string): StoredCertificate[] {
    return this.#look(name).flatMap(found => ('failure' in found ? [] : [found]))
  }

  /** What is damaged in the history of a name. */
  damages(name: string): Damage[] {
    const choice = readChoice(this.#state.within(name), name)
    const damages = this.#look(name).flatMap(found => ('failure' in found ? [found] : []))
    return choice instanceof Failure ? [...damages, { failure: choice, crt: undefined }] : damages
  }

  /** The same certificate in the history of a name; undefined when it is not there. */
  find(name: string, { fingerprint256 }: X509Certificate): StoredCertificate | undefined {
    return this.history(name).find(({ certificate }) => certificate.fingerprint256 === fingerprint256)
  }

  /** The newest certificate that is not withdrawn. */
  newest(name: string): StoredCertificate | undefined {
    return this.history(name).find(({ revoked }) => !revoked)
  }

  /**
   * The certificate to serve: the newest, or the one that was chosen. None when nobody knows which one was chosen: then what is
   * served stays as it is.
   * @param names that are wanted, see {@link choice}
   */
  current(name: string, names: readonly string[] = []): StoredCertificate | undefined {
    const choice = this.choice(name, names)
    return choice instanceof Failure ? undefined : (choice?.certificate ?? this.newest(name))
  }

  /**
   * The certificate that a person has chosen, and until when it is served. The choice is over when it is withdrawn, or lacks a
   * name that is wanted and that the newest one bears.
   * @returns a Failure when the choice cannot be read
   */
  choice(name: string, names: readonly string[] = []): Choice | undefined | Failure {
    const choice = readChoice(this.#state.within(name), name)
    if (choice === undefined || choice instanceof Failure) return choice
    const usable = this.history(name).filter(({ revoked }) => !revoked)
    const certificate = usable.find(({ id }) => id === choice.chosen)
    const until = new Date(choice.until)
    if (certificate === undefined || until <= this.#clock.now()) return undefined
    const lacks = (wanted: string) => usable[0]?.names.includes(wanted) === true && !certificate.names.includes(wanted)
    return names.some(lacks) ? undefined : { certificate, until }
  }

  /**
   * Chooses a certificate of the history, for three quarters of the time that it has left: long enough to be of use, and over
   * before it ends. Choosing the newest one ends a choice: then newer ones are served as they come.
   * @returns until when it is served; undefined for the newest
   */
  choose(certificate: StoredCertificate): Date | undefined {
    const state = this.#state.within(certificate.name)
    if (certificate.id === this.newest(certificate.name)?.id) {
      writeChoice(state, undefined)
      return undefined
    }
    const now = this.#clock.now().getTime()
    const until = new Date(now + (certificate.until.getTime() - now) * 0.75)
    writeChoice(state, { chosen: certificate.id, until: until.toISOString() })
    return until
  }

  /**
   * Notes how far the withdrawal of a certificate is; it stays in the history.
   * @param how begun: before the authority is asked; undefined: it has refused
   */
  noteRevoked({ name, id }: StoredCertificate, how: StoredCertificate['revoked']): void {
    const state = this.#state.within(name).within(id)
    if (how !== undefined) state.write(how === 'begun' ? REVOKING : REVOKED, `${this.#clock.now().toISOString()}\n`)
    if (how !== 'begun') state.remove(REVOKING)
  }

  /** Removes what killed commands have left behind; it may hold private keys. */
  sweep(): void {
    for (const state of this.names().map(name => this.#state.within(name)))
      for (const left of state.list().filter(name => name.startsWith(NEW))) state.removeFolder(left)
  }

  /** Adds a certificate to the history, the whole folder at once. One that is there already stays. */
  add(name: string, id: string, texts: CertificateTexts): StoredCertificate {
    const known = this.find(name, readLeaf(texts.cert, name))
    if (known !== undefined) return known
    const parent = this.#state.within(name)
    const temporary = `${NEW}${process.pid}`
    parent.removeFolder(temporary)
    for (const [file, text] of Object.entries(filesOf(texts))) parent.within(temporary).write(file, text)
    const free = this.#freeId(name, id)
    parent.rename(temporary, free)
    const added = this.#read(name, free)
    if ('failure' in added) throw added.failure
    return added
  }

  /** Two of one second differ by name. */
  #freeId(name: string, id: string): string {
    const taken = new Set(visible(this.#state.within(name)))
    let number = Number(id)
    while (taken.has(String(number))) number++
    return String(number)
  }

  /** Everything in the history of a name, the newest first. */
  #look(name: string): (StoredCertificate | Damage)[] {
    const ids = visible(this.#state.within(name)).filter(id => /^\d+$/.test(id))
    return ids.sort((a, b) => Number(b) - Number(a)).map(id => this.#read(name, id))
  }

  #read(name: string, id: string): StoredCertificate | Damage {
    const state = this.#state.within(name).within(id)
    const { folder } = state
    const found = this.#seen.get(folder) ?? this.#readAnew(name, id, folder)
    this.#seen.set(folder, found)
    if ('failure' in found) return found
    return { ...found, revoked: state.has(REVOKED) ? 'done' : state.has(REVOKING) ? 'begun' : undefined }
  }

  #readAnew(name: string, id: string, folder: string): StoredCertificate | Damage {
    const server = folder.slice(this.#places.root === '/' ? 0 : this.#places.root.length)
    const files = { crt: `${server}/cert.pem`, key: `${server}/privkey.pem`, chain: `${server}/chain.pem` }
    try {
      const certificate = readWhole(folder)
      const names = namesOf(certificate)
      return { name, id, folder, files, certificate, names, revoked: undefined, ...validityOf(certificate) }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const hint = `It is not used; gabarit letsencrypt renew puts another one in its place.\nThen move ${folder} away.`
      const where = error.where ?? folder
      return { failure: new Failure(error.message, { where, hint, cause: error }), crt: files.crt }
    }
  }
}

function visible(state: State): string[] {
  return state.list().filter(name => !name.startsWith('.'))
}
