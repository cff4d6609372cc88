import type { X509Certificate } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { syncFolder, writeFileAtomically } from '../system/atomic-write.ts'
import { Failure, hasCode } from '../system/failure.ts'
import { isObject } from '../system/is-object.ts'
import type { Places } from '../system/places.ts'
import { textOf } from '../system/text-of.ts'
import { namesOf, readLeaf, validityOf } from './pem.ts'
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
  /** The authority has withdrawn it at our wish. */
  readonly revoked: boolean
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

  /** The certificates of a name, the newest first. */
  history(name: string): StoredCertificate[] {
    const ids = entries(join(this.#folder, name)).filter(id => /^\d+$/.test(id))
    return ids.sort((a, b) => Number(b) - Number(a)).map(id => this.#read(name, id))
  }

  /** The same certificate in the history of a name; undefined when it is not there. */
  find(name: string, { fingerprint256 }: X509Certificate): StoredCertificate | undefined {
    return this.history(name).find(({ certificate }) => certificate.fingerprint256 === fingerprint256)
  }

  /** The newest certificate that is not withdrawn. */
  newest(name: string): StoredCertificate | undefined {
    return this.history(name).find(({ revoked }) => !revoked)
  }

  /** The certificate to serve: the newest, unless an older one was chosen since it came, and holds still. */
  current(name: string): StoredCertificate | undefined {
    const history = this.history(name).filter(({ revoked }) => !revoked)
    const choice = this.#choice(name)
    const chosen = choice?.instead === history[0]?.id ? history.find(({ id }) => id === choice?.chosen) : undefined
    return chosen !== undefined && chosen.until > this.#clock.now() ? chosen : history[0]
  }

  /** Chooses a certificate of the history, until a newer one comes. */
  choose(certificate: StoredCertificate): void {
    const choice = { chosen: certificate.id, instead: this.newest(certificate.name)?.id }
    const file = join(this.#folder, certificate.name, 'choice.json')
    writeFileAtomically(file, `${JSON.stringify(choice)}\n`, { mode: 0o600 })
  }

  /** Notes that a certificate is withdrawn; it stays in the history. */
  noteRevoked({ folder }: StoredCertificate): void {
    writeFileAtomically(join(folder, 'revoked'), `${this.#clock.now().toISOString()}\n`, { mode: 0o600 })
  }

  /** Adds a certificate to the history, the whole folder at once. One that is there already stays. */
  add(name: string, id: string, texts: CertificateTexts): StoredCertificate {
    const known = this.find(name, readLeaf(texts.cert, name))
    if (known !== undefined) return known
    const parent = join(this.#folder, name)
    mkdirSync(parent, { recursive: true, mode: 0o700 })
    const temporary = join(parent, `.new-${process.pid}`)
    rmSync(temporary, { recursive: true, force: true })
    mkdirSync(temporary, { mode: 0o700 })
    const files = { 'cert.pem': texts.cert, 'chain.pem': texts.chain, 'privkey.pem': texts.key }
    for (const [file, text] of Object.entries({ ...files, 'fullchain.pem': `${texts.cert.trimEnd()}\n${texts.chain}` }))
      writeFileAtomically(join(temporary, file), text, { mode: 0o600 })
    const free = this.#freeId(name, id)
    renameSync(temporary, join(parent, free))
    syncFolder(parent)
    return this.#read(name, free)
  }

  /** Two of one second differ by name. */
  #freeId(name: string, id: string): string {
    const taken = new Set(entries(join(this.#folder, name)))
    let number = Number(id)
    while (taken.has(String(number))) number++
    return String(number)
  }

  #read(name: string, id: string): StoredCertificate {
    const folder = join(this.#folder, name, id)
    const file = join(folder, 'cert.pem')
    const certificate = readLeaf(readText(file), file)
    const server = folder.slice(this.#places.root === '/' ? 0 : this.#places.root.length)
    const files = { crt: `${server}/cert.pem`, key: `${server}/privkey.pem`, chain: `${server}/chain.pem` }
    const revoked = existsSync(join(folder, 'revoked'))
    return { name, id, folder, files, certificate, names: namesOf(certificate), revoked, ...validityOf(certificate) }
  }

  #choice(name: string): { chosen: unknown; instead: unknown } | undefined {
    const file = join(this.#folder, name, 'choice.json')
    const text = textOf(file)
    if (text === undefined) return undefined
    try {
      const choice: unknown = JSON.parse(text)
      if (isObject(choice)) return { chosen: choice.chosen, instead: choice.instead }
    } catch {
      // Told below.
    }
    throw new Failure('this file is damaged', {
      where: file,
      hint: 'Remove it: then the newest certificate is served.',
    })
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Failure('this file of a certificate cannot be read', { where: file, cause: error })
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder).filter(name => !name.startsWith('.'))
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return []
    throw error
  }
}
