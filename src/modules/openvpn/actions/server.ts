import type { X509Certificate } from 'node:crypto'
import { refusal } from '../../../base/failure.ts'
import { DAY } from '../../../base/time.ts'
import { below, type Places } from '../../../system/places.ts'
import { bytesOf } from '../../../system/read-files.ts'
import { enabledServers, renewalOf } from '../servers.ts'
import type { EasyRsa } from './easy-rsa.ts'
import { certificateIn } from './pki-files.ts'

/** An enabled VPN server: its settings, the files that they name, and its part of the PKI. */
export class Server {
  readonly name: string
  readonly rsa: EasyRsa
  readonly places: Places

  constructor(name: string, rsa: EasyRsa, places: Places) {
    this.name = name
    this.rsa = rsa
    this.places = places
  }

  /** A property of its record; empty if there is none. */
  setting(property: string): string {
    return this.rsa.setting(property, this.name)
  }

  /** The current content of the file that a property names; undefined if there is none. */
  present(property: string): Buffer | undefined {
    return bytesOf(below(this.places, this.setting(property)))
  }

  /** The name in its certificate: that it has, or the only one left in the PKI. @throws Failure (refused) if several are left */
  get certName(): string {
    const wanted = this.setting('certName')
    const own = wanted || `server-${this.name}`
    const present = [commonName(certificateIn(this.present('certFile'))), own].find(
      name => name && this.rsa.isServer(name),
    )
    if (wanted !== '') this.#refuseName(wanted, present)
    if (present !== undefined) return present
    if (wanted !== '') return wanted
    const [left = own, ...others] = this.rsa.valid(true).filter(name => !/^server-openvpn(-|$)/.test(name))
    if (others.length === 0) return left
    throw refusal(`which certificate is that of ${this.name}: ${[left, ...others].join(', ')}?`, {
      hint: `config setprop ${this.name} certFile ${this.rsa.store.link}/issued/NAME.crt`,
    })
  }

  /** Its certificate in the PKI; undefined if there is none yet. */
  get certificate(): X509Certificate | undefined {
    return this.rsa.certificate(this.certName)
  }

  /** Issues or renews its certificate if that is missing or due. */
  async certify(): Promise<void> {
    const { certificateDays } = renewalOf(this.rsa.configuration)
    const end = this.certificate?.validTo
    if (end === undefined || Date.parse(end) <= Date.now() + certificateDays * DAY)
      await this.rsa.certifyServer(this.name, this.certName)
  }

  /** Whether it takes the shared key that it has into the PKI: it was imported with its own files. */
  get bringsKey(): boolean {
    return this.rsa.file(`issued/server-${this.name}.crt`) === undefined
  }

  /** Where the PKI has its shared key. All share one, except those that had another when they were imported. */
  get sharedKey(): string {
    return this.rsa.file(this.ownKey) === undefined ? 'private/ta.key' : this.ownKey
  }

  /** Where the PKI has the shared key of this server alone. */
  get ownKey(): string {
    return `private/server-${this.name}.tls.key`
  }

  /** @throws Failure (refused) if a name is that of a client, whose key it would replace, or the server has another one already */
  #refuseName(wanted: string, present: string | undefined): void {
    const hint = `config delprop ${this.name} certName, or set another name`
    if (this.rsa.valid(false).includes(wanted))
      throw refusal(`certName ${wanted} of ${this.name} is the name of a client`, { hint })
    if (present !== undefined && present !== wanted)
      throw refusal(`the certificate of ${this.name} is that of ${present}, and certName ${wanted} is for a new one`, {
        hint,
      })
  }
}

/** The enabled servers. */
export function serversOf(rsa: EasyRsa, places: Places): Server[] {
  return enabledServers(rsa.configuration).map(name => new Server(name, rsa, places))
}

/** The common name in a certificate; undefined if it has none. */
export function commonName(certificate: X509Certificate | undefined): string | undefined {
  return /^CN=(.+)$/m.exec(certificate?.subject ?? '')?.[1]
}
