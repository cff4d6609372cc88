import type { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder, systemReason, writeFileAtomically } from '../system/atomic-write.ts'
import { Failure, hasCode } from '../system/failure.ts'
import { isObject } from '../system/is-object.ts'
import type { Places } from '../system/places.ts'
import { textOf } from '../system/text-of.ts'
import { namesOf, readCertificates, readLeaf, validityOf } from './pem.ts'
import type { Authority, Clock } from './types.ts'
import { type CertificateTexts, fitProblems } from './verify.ts'

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
  readonly #folder: string

  constructor(places: Places, authority: Authority, clock: Clock) {
    this.#places = places
    this.#clock = clock
    this.#folder = join(authority.folder, 'certificates')
  }

  /** Names of the certificates that have a history. */
  names(): string[] {
    return entries(this.#folder).sort()
  }

  /** The certificates of a name that can be used, the newest first. */
  history(name: string): StoredCertificate[] {
    return this.#look(name).flatMap(found => ('failure' in found ? [] : [found]))
  }

  /** What is damaged in the history of a name. */
  damages(name: string): Damage[] {
    const choice = this.#choice(name)
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
   * The certificate to serve: the newest, unless an older one was chosen since it came, and holds still. None when nobody
   * knows which one was chosen: then what is served stays as it is.
   */
  current(name: string): StoredCertificate | undefined {
    const history = this.history(name).filter(({ revoked }) => !revoked)
    const choice = this.#choice(name)
    if (choice instanceof Failure) return undefined
    const chosen = choice?.instead === history[0]?.id ? history.find(({ id }) => id === choice?.chosen) : undefined
    return chosen !== undefined && chosen.until > this.#clock.now() ? chosen : history[0]
  }

  /** Chooses a certificate of the history, until a newer one comes. */
  choose(certificate: StoredCertificate): void {
    const choice = { chosen: certificate.id, instead: this.newest(certificate.name)?.id }
    const file = join(this.#folder, certificate.name, 'choice.json')
    writeFileAtomically(file, `${JSON.stringify(choice)}\n`, { mode: 0o600 })
  }

  /**
   * Notes how far the withdrawal of a certificate is; it stays in the history.
   * @param how begun: before the authority is asked; undefined: it has refused
   */
  noteRevoked({ folder }: StoredCertificate, how: StoredCertificate['revoked']): void {
    const note = (name: string) =>
      writeFileAtomically(join(folder, name), `${this.#clock.now().toISOString()}\n`, { mode: 0o600 })
    if (how !== undefined) note(how === 'begun' ? REVOKING : REVOKED)
    if (how !== 'begun') rmSync(join(folder, REVOKING), { force: true })
  }

  /** Removes what killed commands have left behind; it may hold private keys. */
  sweep(): void {
    for (const parent of this.names().map(name => join(this.#folder, name)))
      for (const left of everything(parent).filter(name => name.startsWith(NEW)))
        rmSync(join(parent, left), { recursive: true, force: true })
  }

  /** Adds a certificate to the history, the whole folder at once. One that is there already stays. */
  add(name: string, id: string, texts: CertificateTexts): StoredCertificate {
    const known = this.find(name, readLeaf(texts.cert, name))
    if (known !== undefined) return known
    const parent = join(this.#folder, name)
    mkdirSync(parent, { recursive: true, mode: 0o700 })
    const temporary = join(parent, `${NEW}${process.pid}`)
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary, { mode: 0o700 })
    const files = { 'cert.pem': texts.cert, 'chain.pem': texts.chain, 'privkey.pem': texts.key }
    for (const [file, text] of Object.entries({ ...files, 'fullchain.pem': joined(texts) }))
      writeFileAtomically(join(temporary, file), text, { mode: 0o600 })
    const free = this.#freeId(name, id)
    renameSync(temporary, join(parent, free))
    syncFolder(parent)
    const added = this.#read(name, free)
    if ('failure' in added) throw added.failure
    return added
  }

  /** Two of one second differ by name. */
  #freeId(name: string, id: string): string {
    const taken = new Set(entries(join(this.#folder, name)))
    let number = Number(id)
    while (taken.has(String(number))) number++
    return String(number)
  }

  /** Everything in the history of a name, the newest first. */
  #look(name: string): (StoredCertificate | Damage)[] {
    const ids = entries(join(this.#folder, name)).filter(id => /^\d+$/.test(id))
    return ids.sort((a, b) => Number(b) - Number(a)).map(id => this.#read(name, id))
  }

  #read(name: string, id: string): StoredCertificate | Damage {
    const folder = join(this.#folder, name, id)
    const server = folder.slice(this.#places.root === '/' ? 0 : this.#places.root.length)
    const files = { crt: `${server}/cert.pem`, key: `${server}/privkey.pem`, chain: `${server}/chain.pem` }
    try {
      const certificate = readWhole(folder)
      const has = (note: string) => existsSync(join(folder, note))
      const revoked = has(REVOKED) ? 'done' : has(REVOKING) ? 'begun' : undefined
      return { name, id, folder, files, certificate, names: namesOf(certificate), revoked, ...validityOf(certificate) }
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      const hint = `It is not used; gabarit letsencrypt renew puts another one in its place.\nThen move ${folder} away.`
      const where = error.where ?? folder
      return { failure: new Failure(error.message, { where, hint, cause: error }), crt: files.crt }
    }
  }

  #choice(name: string): { chosen: unknown; instead: unknown } | undefined | Failure {
    const file = join(this.#folder, name, 'choice.json')
    const text = textOf(file)
    if (text === undefined) return undefined
    try {
      const choice: unknown = JSON.parse(text)
      if (isObject(choice)) return { chosen: choice.chosen, instead: choice.instead }
    } catch {
      // Told below.
    }
    return new Failure('this file is damaged', {
      where: file,
      hint: `What is served for ${name} stays as it is. Remove the file: then the newest certificate is served.`,
    })
  }
}

/** One file of certificate and chain, as nginx wants it. */
function joined({ cert, chain }: Pick<CertificateTexts, 'cert' | 'chain'>): string {
  return `${cert.trimEnd()}\n${chain}`
}

/**
 * Reads a certificate, and looks whether the files beside it are still those that came with it: a service does not start
 * with any that do not fit, and takes all other sites down with it.
 * @throws Failure that names the file
 */
function readWhole(folder: string): X509Certificate {
  const file = (name: string) => join(folder, name)
  const [cert, chain] = [readText(file('cert.pem')), readText(file('chain.pem'))]
  const certificate = readLeaf(cert, file('cert.pem'))
  const issuers = readCertificates(chain, file('chain.pem'))
  const [problem] = fitProblems(certificate, issuers, readText(file('privkey.pem')))
  if (problem !== undefined) throw new Failure(problem, { where: folder })
  if (readText(file('fullchain.pem')) === joined({ cert, chain })) return certificate
  throw new Failure('it is not cert.pem and chain.pem', { where: file('fullchain.pem') })
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const message = `this file of a certificate cannot be read: ${systemReason(error)}`
    throw new Failure(message, { where: file, cause: error })
  }
}

function entries(folder: string): string[] {
  return everything(folder).filter(name => !name.startsWith('.'))
}

function everything(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return []
    throw error
  }
}
