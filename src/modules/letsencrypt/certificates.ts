import type { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { Failure } from '../../base/failure.ts'
import { entriesIn } from '../../system/read-files.ts'
import { dehydratedFolder } from './dehydrated.ts'
import { readDehydrated } from './dehydrated-files.ts'
import { Ledger, type Outcome } from './ledger/ledger.ts'
import { namesOf, readLeaf, sameNames } from './pem.ts'
import type { Settings } from './settings.ts'
import { CertificateStore, type Choice, type Damage, type StoredCertificate } from './store.ts'
import type { Authority, WantedCertificate } from './types.ts'
import { verifyCertificate } from './verify.ts'
import { wantedCertificates } from './wanted.ts'
import type { World } from './world.ts'

/** The certificates of one authority: those that are wanted, those that came. */
export class Certificates {
  readonly settings: Settings
  readonly authority: Authority
  readonly wanted: readonly WantedCertificate[]
  readonly store: CertificateStore
  readonly ledger: Ledger
  readonly #world: World

  constructor(world: World, settings: Settings, mode: Authority['mode']) {
    this.settings = settings
    this.authority = settings[mode]
    this.wanted = wantedCertificates(world, world.warn)
    this.store = new CertificateStore(world.places, this.authority, world.clock)
    this.ledger = new Ledger(world.places, this.authority, world.clock)
    this.#world = world
  }

  /** The wanted certificates that are there, by name: those to serve. */
  current(): Map<string, StoredCertificate> {
    return new Map(
      this.wanted.flatMap(({ name, names }) => {
        const certificate = this.store.current(name, names)
        return certificate === undefined ? [] : [[name, certificate] as const]
      }),
    )
  }

  /** What is damaged of this authority, in the history and in the ledger. */
  damages(): Damage[] {
    const failure = this.ledger.damage()
    const damages = this.store.names().flatMap(name => this.store.damages(name))
    return failure === undefined ? damages : [...damages, { failure, crt: undefined }]
  }

  /** Tells what is damaged. @returns false when there is something */
  warnOfDamages(): boolean {
    const damages = this.damages()
    for (const { failure } of damages) this.#world.warn(failure.describe())
    return damages.length === 0
  }

  /** What a person has chosen of a certificate; undefined: nothing. */
  choice({ name, names }: WantedCertificate): Choice | undefined {
    const choice = this.store.choice(name, names)
    return choice instanceof Failure ? undefined : choice
  }

  /** Notes in the ledger what came of an order. That it is damaged is told, and keeps no certificate from being used. */
  note(outcome: Outcome): void {
    const damage = this.ledger.damage()
    if (damage === undefined) this.ledger.record(outcome)
    else this.#world.warn(damage.describe())
  }

  /** Takes over every certificate that dehydrated has got while nobody looked: by hand, or before a run was killed. */
  adoptAll(): StoredCertificate[] {
    this.store.sweep()
    return foldersIn(join(this.settings.baseFolder, this.authority.id)).flatMap(name => {
      try {
        return this.adopt(name) ?? []
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        this.#world.warn(error.describe())
        return []
      }
    })
  }

  /**
   * Copies what lies in one folder of dehydrated into the history, when it is what was asked for. An issuance counts
   * against the limits at the moment when it is first seen.
   * @returns the certificate when it is new
   * @throws Failure that says what is wrong with it
   */
  adopt(name: string, folder = dehydratedFolder(this.settings, this.authority, name)): StoredCertificate | undefined {
    const found = readDehydrated(folder)
    if (found === undefined) return undefined
    const leaf = readLeaf(found.texts.cert, folder)
    if (this.store.find(name, leaf) !== undefined) return undefined
    // The names may have changed since it was asked for: then it is no longer wanted, but nothing is wrong with it.
    const expected = { names: namesOf(leaf), authority: this.authority, foreignIssuers: this.#foreignIssuers() }
    const problems = verifyCertificate(found.texts, expected, this.#world.clock.now())
    if (problems.length > 0) throw notAsAsked(name, problems)
    const renewal = this.store.history(name).some(({ names }) => sameNames(names, expected.names))
    // First the ledger: who is killed between the two comes here again, and the ledger counts it once.
    this.note({ kind: 'issued', names: expected.names, renewal, certificate: leaf.fingerprint256 })
    return this.store.add(name, found.id, found.texts)
  }

  /** Issuers of what the other authority has sent us. */
  #foreignIssuers(): string[] {
    const { places, clock } = this.#world
    const other = this.authority.mode === 'test' ? this.settings.production : this.settings.test
    if (other.id === this.authority.id) return []
    const store = new CertificateStore(places, other, clock)
    const issuers = store.names().flatMap(name => store.history(name).map(({ certificate }) => certificate.issuer))
    return [...new Set(issuers)]
  }
}

/** A certificate that came and cannot be used. */
export function notAsAsked(name: string, problems: readonly string[]): Failure {
  return new Failure(`the certificate ${name} came, but ${problems.join('; ')}`, {
    hint: 'It is not used. What was served before goes on being served.',
  })
}

/** The issuer of a certificate in few words: `R12, Let's Encrypt`. */
export function issuerName({ issuer }: X509Certificate): string {
  const part = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(issuer)?.[1]
  return [part('CN'), part('O')].filter(text => text !== undefined).join(', ') || 'an unnamed issuer'
}

function foldersIn(folder: string): string[] {
  return entriesIn(folder).flatMap(entry => (entry.isDirectory() ? [entry.name] : []))
}
