import { createPrivateKey, randomBytes } from 'node:crypto'
import { Failure, orUndefined, refusal } from '../../../base/failure.ts'
import { DAY } from '../../../base/time.ts'
import type { ActionRun } from '../../../event/action.ts'
import { databaseLoader } from '../../../plan/expand.ts'
import type { MadeFile } from '../../../plan/made.ts'
import { readManifest } from '../../../state/manifest.ts'
import { writeFileAtomically } from '../../../system/atomic-write.ts'
import { below, type Places } from '../../../system/places.ts'
import { bytesOf } from '../../../system/read-files.ts'
import { runCommand } from '../../../system/run.ts'
import { isListOf } from '../pki.ts'
import { enabledServers, renewalOf } from '../servers.ts'
import { certificateIn, EasyRsa } from './easy-rsa.ts'
import { formerKey, formerServers } from './former.ts'

type HowMade = Pick<MadeFile, 'mode' | 'secret' | 'notify'>
const PUBLIC: HowMade = { mode: 0o644, secret: false }
const SECRET: HowMade = { mode: 0o600, secret: true }

/** The enabled VPN servers, and the parts of the PKI they read. */
export class ServerFiles {
  /** Names of the enabled servers. */
  readonly enabled: readonly string[]
  /** Those with certificates of our authority. */
  readonly ours: readonly string[]
  readonly #rsa: EasyRsa
  readonly #run: ActionRun

  constructor(rsa: EasyRsa, run: ActionRun) {
    this.#rsa = rsa
    this.#run = run
    this.enabled = enabledServers(rsa.configuration)
    this.ours = this.enabled.filter(server => !this.#isForeign(server))
  }

  path(server: string, property: string): string {
    return this.#rsa.setting(property, server)
  }

  /** The current content of a server's file; undefined if there is none. */
  present(server: string, property: string): Buffer | undefined {
    return bytesOf(below(this.#run.context.places, this.path(server, property)))
  }

  /** The name in a server's certificate: that it has, or the only one left in the PKI. @throws Failure (refused) if several are left */
  nameOf(server: string): string {
    const wanted = this.path(server, 'certName')
    const own = wanted || `server-${server}`
    const present = [commonName(this.present(server, 'certFile')), own].find(name => name && this.#rsa.isServer(name))
    if (wanted !== '') this.#refuseName(server, wanted, present)
    if (present !== undefined) return present
    if (wanted !== '') return wanted
    const [left = own, ...others] = this.#rsa.valid(true).filter(name => !/^server-openvpn(-|$)/.test(name))
    if (others.length === 0) return left
    throw refusal(`which certificate is that of ${server}: ${[left, ...others].join(', ')}?`, {
      hint: `config setprop ${server} certFile ${this.#rsa.store.link}/issued/NAME.crt`,
    })
  }

  /** @throws Failure (refused) if a name is that of a client, whose key it would replace, or the server has another one already */
  #refuseName(server: string, wanted: string, present: string | undefined): void {
    const hint = `config delprop ${server} certName, or set another name`
    if (this.#rsa.valid(false).includes(wanted))
      throw refusal(`certName ${wanted} of ${server} is the name of a client`, { hint })
    if (present !== undefined && present !== wanted)
      throw refusal(`the certificate of ${server} is that of ${present}, and certName ${wanted} is for a new one`, {
        hint,
      })
  }

  /** Whether the certificate of a server is missing or due. */
  ends(server: string): boolean {
    const { certificateDays } = renewalOf(this.#rsa.configuration)
    const certificate = this.#rsa.certificate(this.nameOf(server))
    return certificate === undefined || Date.parse(certificate.validTo) <= Date.now() + certificateDays * DAY
  }

  /** Hands the certificate of a server to the event. A server only reads it at the start. */
  makeCertificate(server: string): void {
    const notify = [`${server}:try-restart`]
    this.#hand(server, 'certFile', `issued/${this.nameOf(server)}.crt`, { ...PUBLIC, notify })
  }

  /** Hands over what a server needs apart from its certificate and the list. */
  makeKeys(server: string): void {
    this.#hand(server, 'caFile', 'ca.crt', PUBLIC)
    this.#hand(server, 'keyFile', `private/${this.nameOf(server)}.key`, SECRET)
    this.#hand(server, 'tlsFile', this.#sharedKey(server), SECRET)
  }

  /** @throws Failure (refused) if a file of a server is not from our PKI: it would be overwritten */
  refuseForeign(server: string, properties = ['caFile', 'certFile', 'keyFile', 'tlsFile', 'crlFile']): void {
    const property = properties.find(one => !this.#mayReplace(server, one))
    if (property === undefined) return
    throw refusal(`${this.path(server, property)} is not from ${this.#rsa.store.link} and is not overwritten`, {
      hint: `Move it away, or name another file: config setprop ${server} ${property} FILE`,
    })
  }

  /**
   * @throws Failure (refused) if a server takes the place of a former one that has another authority, another tlsMode, or a key for
   * each client: every profile would be dead
   */
  refuseFormer(server: string): void {
    const { places } = this.#run.context
    const [port, proto] = [this.path(server, 'port'), this.path(server, 'proto')]
    const made = readManifest(places)
    for (const former of formerServers(places)) {
      if (made.has(former.file) || former.port !== port || former.transport !== proto.slice(0, 3)) continue
      const authority = certificateIn(former.content('ca'))
      if (authority !== undefined && !this.#rsa.isOurs(authority))
        throw refusal(`the server in ${former.file} has another authority than ${this.#rsa.store.link}`, {
          hint: `Move its PKI there, so that its clients can still connect. If they may get new profiles: mv ${former.file} ${former.file}.old`,
        })
      const { tlsMode } = former
      if (tlsMode !== undefined && tlsMode !== this.path(server, 'tlsMode'))
        throw refusal(
          `the clients of ${former.file} connect with tlsMode ${tlsMode}, not ${this.path(server, 'tlsMode')}`,
          {
            hint: `config setprop ${server} tlsMode ${tlsMode}. If they may get new profiles: mv ${former.file} ${former.file}.old`,
          },
        )
      if (former.content('tls-crypt-v2') !== undefined && this.path(server, 'tlsV2File') === '')
        throw refusal(`the clients of ${former.file} have keys of their own (tls-crypt-v2)`, {
          hint: `To accept them: config setprop ${server} tlsV2File FILE, where FILE has the server's key of tls-crypt-v2`,
        })
    }
  }

  /** Whether a server takes the shared key that it has into the PKI: it was imported with its own files. */
  bringsKey(server: string): boolean {
    return this.#rsa.file(`issued/server-${server}.crt`) === undefined
  }

  /** All share one, except those that had another when they were imported. */
  #sharedKey(server: string): string {
    const own = `private/server-${server}.tls.key`
    return this.#rsa.file(own) === undefined ? 'private/ta.key' : own
  }

  #mayReplace(server: string, property: string): boolean {
    const present = this.present(server, property)
    if (present === undefined || present.length === 0) return true
    const authority = certificateIn(this.#rsa.file('ca.crt'))
    const own = this.present(server, 'certFile')
    const certificate = certificateIn(own)
    const isNamed = commonName(own) === this.nameOf(server) && this.#rsa.hasSigned(certificate)
    if (property === 'caFile') return this.#rsa.isOurs(certificateIn(present))
    if (property === 'certFile') return isNamed
    if (property === 'crlFile') return authority !== undefined && isListOf(present.toString(), authority)
    // A key of ours that the PKI has lost still fits its certificate.
    if (property === 'keyFile')
      return (
        this.#rsa.file(`private/${this.nameOf(server)}.key`)?.equals(present) === true ||
        (isNamed && orUndefined(() => certificate?.checkPrivateKey(createPrivateKey(present))) === true)
      )
    return this.#rsa.file(this.#sharedKey(server))?.equals(present) ?? this.bringsKey(server)
  }

  /**
   * Puts the revocation list where the servers of our authority read it, at each connection. This is done at once, so that a
   * revoked client stays locked out even if the event fails.
   */
  installList(): void {
    const list = this.#rsa.file('crl.pem')
    if (list === undefined) return
    const { places, system } = this.#run.context
    for (const server of this.ours) this.refuseForeign(server, ['crlFile'])
    for (const path of new Set(this.ours.map(server => this.path(server, 'crlFile')))) {
      const real = below(places, path)
      if (bytesOf(real)?.equals(list) === true) continue
      const there = system.state(real) !== undefined
      if (!there || system.dryRun) this.#make(path, list, PUBLIC)
      else writeFileAtomically(real, list, { mode: 0o644 })
      if (there) this.#run.lasting(`${path} is the new revocation list`)
    }
  }

  /** Parameters and passwords that do not belong to a certificate: created once. */
  async makeOthers(server: string): Promise<void> {
    const folder = '/etc/openvpn/server'
    const isMissing = (path: string) => (bytesOf(below(this.#run.context.places, path))?.length ?? 0) === 0
    const group = this.#rsa.setting('dh', server)
    const parameters = `${folder}/${group}.pem`
    if (/^ffdhe\d+$/.test(group) && isMissing(parameters))
      this.#make(parameters, await parametersOf(group), { mode: 0o600, secret: false })
    const password = `${folder}/${server}.management`
    if (this.#rsa.setting('managementPort', server) !== '' && isMissing(password))
      this.#make(password, `${randomBytes(24).toString('hex')}\n`, SECRET)
  }

  /** Hands over a file of the PKI to a server. */
  #hand(server: string, property: string, source: string, how: HowMade): void {
    const content = this.#rsa.file(source)
    if (content === undefined) throw new Failure(`the PKI has no ${source}, which ${server} needs`)
    this.refuseForeign(server, [property])
    this.#make(this.path(server, property), content, how)
  }

  #make(path: string, content: string | Uint8Array, how: HowMade): void {
    this.#run.make({ path, content, by: 'vpn-pki', ...how })
  }

  /** Whether a server has certificates of another authority: then its files are not ours. */
  #isForeign(server: string): boolean {
    const authority = this.present(server, 'caFile')
    if (authority === undefined || this.#rsa.isOurs(certificateIn(authority))) return false
    const name = commonName(this.present(server, 'certFile'))
    return name !== undefined && name !== `server-${server}`
  }
}

function commonName(certificate: Buffer | undefined): string | undefined {
  return /^CN=(.+)$/m.exec(certificateIn(certificate)?.subject ?? '')?.[1]
}

async function parametersOf(group: string): Promise<string> {
  const command = ['openssl', 'genpkey', '-genparam', '-algorithm', 'DH', '-pkeyopt', `group:${group}`]
  const { status, stdout, output, problem } = await runCommand(command, { timeout: 60_000 })
  if (status === 0) return stdout
  throw new Failure(`openssl could not create the parameters ${group}: ${problem ?? output.trim()}`)
}

/** Works on the PKI; an unused copy is removed afterwards. */
export async function withPki(run: ActionRun, work: (rsa: EasyRsa) => Promise<void>): Promise<void> {
  const rsa = new EasyRsa(run)
  try {
    await work(rsa)
  } finally {
    rsa.store.close()
  }
}

/**
 * `vpn-pki`: creates what VPN servers need before they start, and renews it in time: authority, server certificates, revocation
 * list, shared key. Does nothing without an enabled server.
 */
export async function makePki(run: ActionRun): Promise<void> {
  const { places } = run.context
  if (enabledServers(databaseLoader(run.context)('configuration')).length === 0) return
  await withPki(run, async rsa => {
    await rsa.needOpenVpn()
    const servers = new ServerFiles(rsa, run)
    for (const server of servers.ours) {
      const authority = servers.present(server, 'caFile')
      if (authority === undefined) continue
      const file = below(places, servers.path(server, 'caFile'))
      if (!rsa.store.exists)
        throw refusal(
          `${file} exists, but not its PKI ${rsa.store.link}: restore that. A new one would invalidate every profile.`,
        )
    }
    for (const server of servers.ours) {
      servers.refuseForeign(server)
      servers.refuseFormer(server)
    }
    if (servers.ours.length > 0) await completePki(rsa, servers, places)
    rsa.store.commit()
    for (const server of servers.ours) {
      servers.makeKeys(server)
      servers.makeCertificate(server)
    }
    servers.installList()
    for (const server of servers.enabled) await servers.makeOthers(server)
  })
}

async function completePki(rsa: EasyRsa, servers: ServerFiles, places: Places): Promise<void> {
  if (rsa.file('ca.crt') === undefined) await rsa.makeAuthority()
  // A server without one of our certificates was imported with its own files, and maybe its own key.
  const given = servers.ours
    .filter(server => servers.bringsKey(server))
    .flatMap(server => {
      const key = servers.present(server, 'tlsFile')
      return key === undefined || key.length === 0 ? [] : [{ server, key }]
    })
  for (const server of servers.ours) if (servers.ends(server)) await rsa.certifyServer(server, servers.nameOf(server))
  await rsa.renewList()
  if (rsa.file('private/ta.key') === undefined) {
    const present = servers.ours.map(server => servers.present(server, 'tlsFile')).find(key => key !== undefined)
    const [client] = rsa.valid(false)
    const known = present ?? (client === undefined ? undefined : formerKey(places))
    const needs = servers.ours.find(server => rsa.setting('tlsMode', server) !== 'none')
    if (known === undefined && client !== undefined && needs !== undefined)
      throw refusal(`the shared key of ${client} is missing: config setprop ${needs} tlsFile FILE or tlsMode none`)
    if (known === undefined) await rsa.makeTlsKey()
    else rsa.put('private/ta.key', known)
  }
  for (const { server, key } of given)
    if (rsa.file('private/ta.key')?.equals(key) !== true) rsa.put(`private/server-${server}.tls.key`, key)
}

/**
 * `vpn-crl`: renews the revocation list and the server certificates in time. Creates nothing that does not exist yet.
 */
export async function renewInTime(run: ActionRun): Promise<void> {
  if (enabledServers(databaseLoader(run.context)('configuration')).length === 0) return
  await withPki(run, async rsa => {
    if (rsa.file('ca.crt') === undefined) return
    const servers = new ServerFiles(rsa, run)
    // The list first and separately: it takes effect even if a certificate fails.
    await rsa.renewList()
    rsa.store.commit()
    servers.installList()
    const made = servers.ours.filter(server => rsa.certificate(servers.nameOf(server)) !== undefined)
    for (const server of made) if (servers.ends(server)) await rsa.certifyServer(server, servers.nameOf(server))
    rsa.store.commit()
    for (const server of made) servers.makeCertificate(server)
  })
}
