import type { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { Failure, orFailure } from '../../base/failure.ts'
import { entriesIn } from '../../system/read-files.ts'
import { dehydratedFolder, type Received, readDehydrated } from './dehydrated.ts'
import type { Ruling } from './ledger/judge.ts'
import { Ledger, type OrderOutcome } from './ledger/ledger.ts'
import { readSettings, type Settings } from './settings.ts'
import { CertificateStore } from './store.ts'
import type { Damage, StoredCertificate } from './stored-certificate.ts'
import { wantedCertificates } from './wanted.ts'
import type { Authority, Mode, WantedCertificate, World } from './world.ts'
import { namesOf, readLeaf, verifyCertificate } from './x509.ts'

/** The certificates of one authority: those wanted and those issued. */
export class Certificates {
  readonly world: World
  readonly settings: Settings
  readonly authority: Authority
  readonly wanted: readonly WantedCertificate[]
  readonly store: CertificateStore
  readonly ledger: Ledger

  /**
   * @param mode default: that of the authority to renew from
   * @param warn called with names that are left out, and why
   * @throws Failure if the settings cannot be read, or the template of domains.txt cannot be expanded
   */
  constructor(world: World, mode?: Mode, warn = world.warn) {
    this.world = world
    this.settings = readSettings(world.places)
    this.authority = this.settings[mode ?? this.settings.mode]
    this.wanted = wantedCertificates(world, warn)
    this.store = new CertificateStore(world.places, this.authority, world.clock)
    this.ledger = new Ledger(world.places, this.authority, world.clock)
  }

  /** The wanted certificates that exist, by name: those to serve. */
  current(): Map<string, StoredCertificate> {
    return new Map(
      this.wanted.flatMap(({ name, names }) => {
        const certificate = this.store.current(name, names)
        return certificate === undefined ? [] : [[name, certificate] as const]
      }),
    )
  }

  /** What is damaged in the history and the ledger of this authority. */
  damages(): Damage[] {
    const failure = this.ledger.damage()
    const damages = this.store.names().flatMap(name => this.store.damages(name))
    return failure === undefined ? damages : [...damages, { failure, crt: undefined }]
  }

  /** Reports what is damaged. @returns false if anything is */
  warnOfDamages(): boolean {
    const damages = this.damages()
    for (const { failure } of damages) this.world.warn(failure.describe())
    return damages.length === 0
  }

  /** The key of a certificate in the {@link State}. */
  stateKey(name: string): string {
    return `${this.authority.id}/${name}`
  }

  /**
   * Whether the authority would issue a certificate now. Sends no request.
   * @throws Failure (refused) if the ledger is damaged
   */
  ruling({ name, names }: WantedCertificate): Ruling & { readonly renewal: boolean } {
    const renewal = this.store.hasHad(name, names)
    return { renewal, ...this.ledger.before({ certificate: name, names, renewal }) }
  }

  /** Records the result of an order in the ledger. If that is damaged, this is reported, but the certificate can be used. */
  note(outcome: OrderOutcome): void {
    const damage = this.ledger.damage()
    if (damage === undefined) this.ledger.record(outcome)
    else this.world.warn(damage.describe())
  }

  /** Imports every certificate that dehydrated got without us: by hand, or before a run was killed. */
  adoptAll(): StoredCertificate[] {
    this.store.sweep()
    const folders = entriesIn(join(this.settings.baseFolder, this.authority.id)).filter(entry => entry.isDirectory())
    return folders.flatMap(({ name }) => {
      const adopted = orFailure(() => {
        const found = readDehydrated(dehydratedFolder(this.settings, this.authority, name))
        return found && this.adopt(name, found)
      })
      if (adopted instanceof Failure) this.world.warn(adopted.describe())
      else if (adopted?.isNew) return [adopted.certificate]
      return []
    })
  }

  /**
   * Copies a certificate of dehydrated into the history, if it is what was requested and not there yet. An issuance counts
   * against the limits when it is first seen.
   * @throws Failure that says what is wrong with it
   */
  adopt(name: string, { folder, id, texts }: Received): { certificate: StoredCertificate; isNew: boolean } {
    const leaf = readLeaf(texts.cert, folder)
    const known = this.store.find(name, leaf)
    if (known !== undefined) return { certificate: known, isNew: false }
    // Not its names: they may have changed since the request. Then it is no longer wanted, but nothing is wrong with it.
    const expected = { authority: this.authority, foreignIssuers: this.#foreignIssuers() }
    const problems = verifyCertificate(leaf, texts, expected, this.world.clock.now())
    if (problems.length > 0) throw notAsAsked(name, problems)
    const names = namesOf(leaf)
    const renewal = this.store.hasHad(name, names)
    // The ledger first: a run killed between the two comes here again, and the ledger counts the certificate only once.
    this.note({ kind: 'issued', names, renewal, certificate: leaf.fingerprint256 })
    return { certificate: this.store.add(name, id, texts), isNew: true }
  }

  /** Issuers of the other authority's certificates. */
  #foreignIssuers(): string[] {
    const { places, clock } = this.world
    const other = this.authority.mode === 'test' ? this.settings.production : this.settings.test
    if (other.id === this.authority.id) return []
    const store = new CertificateStore(places, other, clock)
    const issuers = store.names().flatMap(name => store.history(name).map(({ certificate }) => certificate.issuer))
    return [...new Set(issuers)]
  }
}

/** The failure for a certificate that was issued but cannot be used. */
export function notAsAsked(name: string, problems: readonly string[]): Failure {
  return new Failure(`the certificate ${name} was issued, but ${problems.join('; ')}`, {
    hint: 'It is not used. The previous certificate stays in service.',
  })
}

/** The issuer of a certificate, briefly: `R12, Let's Encrypt`. */
export function issuerName({ issuer }: X509Certificate): string {
  const part = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(issuer)?.[1]
  return [part('CN'), part('O')].filter(text => text !== undefined).join(', ') || 'an unnamed issuer'
}
