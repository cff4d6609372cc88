import type { X509Certificate } from 'node:crypto'
import { cached } from '../../base/cached.ts'
import { Failure, orFailure } from '../../base/failure.ts'
import { moment, objectOf, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import type { State } from '../../system/state.ts'
import { StateFile } from '../../system/state-file.ts'
import { type Damage, filesOf, readStored, type StoredCertificate } from './stored-certificate.ts'
import { type Authority, authorityState, type Clock } from './world.ts'
import { type CertificateTexts, sameNames } from './x509.ts'

/** Files in the folder of a certificate. */
const [REVOKED, REVOKING] = ['revoked', 'revoking'] as const
/** Prefix of incomplete folders. */
const NEW = '.new-'

/**
 * All certificates that an authority has issued to this server. Services read them from here, not from dehydrated's folder,
 * where key and certificate are replaced one after the other, perhaps while a service starts.
 */
export class CertificateStore {
  readonly #places: Places
  readonly #clock: Clock
  readonly #state: State
  /** By folder. Folders never change, so each is read only once. */
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

  /** The usable certificates of a name, newest first. */
  history(name: string): StoredCertificate[] {
    return this.#look(name).flatMap(found => ('failure' in found ? [] : [found]))
  }

  /** What is damaged in the history of a name. */
  damages(name: string): Damage[] {
    const choice = this.#readChoice(name)
    const damages = this.#look(name).flatMap(found => ('failure' in found ? [found] : []))
    return choice instanceof Failure ? [...damages, { failure: choice, crt: undefined }] : damages
  }

  /** The same certificate in the history of a name; undefined if it is not there. */
  find(name: string, { fingerprint256 }: X509Certificate): StoredCertificate | undefined {
    return this.history(name).find(({ certificate }) => certificate.fingerprint256 === fingerprint256)
  }

  /** Whether one had exactly these names. */
  hasHad(name: string, names: readonly string[]): boolean {
    return this.history(name).some(older => sameNames(older.names, names))
  }

  /** The newest certificate that is not revoked. */
  newest(name: string): StoredCertificate | undefined {
    return this.history(name).find(({ revoked }) => !revoked)
  }

  /**
   * The certificate to serve: the newest, or the chosen one. None if it is unknown which one was chosen: then what is served does
   * not change.
   * @param names that are wanted, see {@link choice}
   */
  current(name: string, names: readonly string[] = []): StoredCertificate | undefined {
    if (this.#readChoice(name) instanceof Failure) return undefined
    return this.choice(name, names)?.certificate ?? this.newest(name)
  }

  /**
   * The certificate that a person has chosen, and until when it is served; undefined if none. The choice ends if it is revoked,
   * or if it does not contain a wanted name that the newest one contains.
   */
  choice(name: string, names: readonly string[] = []) {
    const choice = this.#readChoice(name)
    if (choice === undefined || choice instanceof Failure) return undefined
    const usable = this.history(name).filter(({ revoked }) => !revoked)
    const certificate = usable.find(({ id }) => id === choice.chosen)
    const until = new Date(choice.until)
    if (certificate === undefined || until <= this.#clock.now()) return undefined
    const lacks = (wanted: string) => usable[0]?.names.includes(wanted) === true && !certificate.names.includes(wanted)
    return names.some(lacks) ? undefined : { certificate, until }
  }

  /**
   * Chooses a certificate in the history, for three quarters of its remaining lifetime: long enough to be useful, but ending
   * before it expires. Choosing the newest one ends a choice: newer ones are then served once issued.
   * @returns until when it is served; undefined for the newest
   */
  choose(certificate: StoredCertificate): Date | undefined {
    const chosen = this.#chosen(certificate.name)
    if (certificate.id === this.newest(certificate.name)?.id) {
      chosen.remove(this.#places)
      return undefined
    }
    const now = this.#clock.now().getTime()
    const until = new Date(now + (certificate.until.getTime() - now) * 0.75)
    chosen.write(this.#places, { chosen: certificate.id, until: until.toISOString() })
    return until
  }

  /**
   * Records the progress of revoking a certificate, which is kept in the history.
   * @param how begun: before the authority is asked; undefined: it refused
   */
  noteRevoked({ name, id }: StoredCertificate, how: StoredCertificate['revoked']): void {
    const state = this.#state.within(name).within(id)
    if (how !== undefined) state.write(how === 'begun' ? REVOKING : REVOKED, `${this.#clock.now().toISOString()}\n`)
    if (how !== 'begun') state.remove(REVOKING)
  }

  /** Removes what killed commands have left behind, which may contain private keys. */
  sweep(): void {
    for (const state of this.names().map(name => this.#state.within(name)))
      for (const left of state.list().filter(name => name.startsWith(NEW))) state.removeFolder(left)
  }

  /** Adds a certificate that is not in the history yet, the whole folder atomically. */
  add(name: string, id: string, texts: CertificateTexts): StoredCertificate {
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

  /** Two from the same second have different names. */
  #freeId(name: string, id: string): string {
    const taken = new Set(visible(this.#state.within(name)))
    let number = Number(id)
    while (taken.has(String(number))) number++
    return String(number)
  }

  /** Everything in the history of a name, newest first. */
  #look(name: string): (StoredCertificate | Damage)[] {
    const ids = visible(this.#state.within(name)).filter(id => /^\d+$/.test(id))
    return ids.sort((a, b) => Number(b) - Number(a)).map(id => this.#read(name, id))
  }

  #read(name: string, id: string): StoredCertificate | Damage {
    const state = this.#state.within(name).within(id)
    const { folder } = state
    const found = cached(this.#seen, folder, () => readStored(this.#places, name, id, folder))
    if ('failure' in found) return found
    return { ...found, revoked: state.has(REVOKED) ? 'done' : state.has(REVOKING) ? 'begun' : undefined }
  }

  /** What the file with a person's choice contains, or why it cannot be read. */
  #readChoice(name: string) {
    return orFailure(() => this.#chosen(name).read(this.#places))
  }

  /** The file with a person's choice: the id of the certificate, and until when (ISO 8601). */
  #chosen(name: string): StateFile<{ readonly chosen: string; readonly until: string }> {
    const kind = {
      what: 'this file',
      shape: objectOf({ chosen: text, until: moment }),
      wayOut: `The certificate in service for ${name} does not change. To serve the newest one, remove the file.`,
    }
    return new StateFile('choice.json', kind, () => this.#state.within(name))
  }
}

function visible(state: State): string[] {
  return state.list().filter(name => !name.startsWith('.'))
}
