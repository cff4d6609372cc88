import { join } from 'node:path'
import { Failure, orUndefined } from '../../../base/failure.ts'
import { DAY } from '../../../base/time.ts'
import type { Records } from '../../../db/record.ts'
import type { ActionRun } from '../../../event/action.ts'
import { databaseLoader, makeExpander } from '../../../plan/expand.ts'
import { isExecutable } from '../../../system/read-files.ts'
import { RealSystem } from '../../../system/real-system.ts'
import { runCommand } from '../../../system/run.ts'
import { listEnd } from '../pki.ts'
import { refuseLockedKey } from './authority-key.ts'
import { PkiFiles, partsOf } from './pki-files.ts'
import { PkiStore } from './store.ts'

const PROGRAMS = ['/usr/share/easy-rsa/easyrsa', '/usr/share/easy-rsa/3/easyrsa']
const VARS = '/etc/openvpn/easy-rsa/vars'
const OWN = { mode: 0o600, uid: 0, gid: 0 }
/** Time limit of one call in milliseconds: a slow machine may create a long RSA key. */
const TIMEOUT = 900_000

/** Runs Easy-RSA and openvpn on the PKI: everything that signs, revokes or creates keys. */
export class EasyRsa extends PkiFiles {
  readonly configuration: Records
  readonly #run: ActionRun
  /** Even in a dry run: the copy is ours. */
  readonly #files: RealSystem

  constructor(run: ActionRun) {
    super(new PkiStore(run.context.places, run.context.system))
    this.#run = run
    this.#files = new RealSystem(run.context.places.root)
    this.configuration = databaseLoader(run.context)('configuration')
  }

  /** A setting of the record `easyrsa`, or of another one; empty if there is none. */
  setting(property: string, record = 'easyrsa'): string {
    return this.configuration.get(record)?.properties.get(property) ?? ''
  }

  /**
   * Runs Easy-RSA on the copy. Its long output is only shown if it fails. Passphrases are passed in the environment, which only
   * root can read.
   * @throws Failure if it is not installed, or fails; refused, if the key of the authority cannot be used
   */
  async call(words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<void> {
    const program = PROGRAMS.find(isExecutable)
    if (program === undefined) throw new Failure('Easy-RSA is not installed: apt-get install easy-rsa')
    const folder = this.store.begin()
    const settings = `${folder}.vars`
    if (this.#files.state(settings) === undefined) {
      const [vars] = makeExpander(this.#run.context).expand(VARS)
      this.#files.writeNew(settings, vars?.content ?? '', OWN)
    }
    if (words[0] !== 'init-pki' && this.file('ca.crt') === undefined && this.file('index.txt') === undefined)
      await this.call(['init-pki'])
    const passphrase = this.setting('CAPassphrase')
    if (!['init-pki', 'build-ca'].includes(words[0] ?? ''))
      refuseLockedKey(this.file('private/ca.key'), passphrase, `${this.store.link}/private/ca.key`)
    const secret = passphrase === '' ? {} : { ca_passphrase: passphrase, EASYRSA_PASSIN: 'env:ca_passphrase' }
    const places = { EASYRSA_VARS_FILE: settings, EASYRSA_PKI: folder, LC_ALL: 'C' }
    const quiet = { EASYRSA_BATCH: '1', EASYRSA_SILENT: '1' }
    await this.#execute([program, ...words], `easyrsa ${words[0]}`, { ...places, ...quiet, ...secret, ...env })
  }

  /** The authority itself. */
  async makeAuthority(): Promise<void> {
    const name = this.setting('CommonName')
    this.#run.say(`creating the authority of the VPN: ${name}`)
    const open = this.setting('CAPassphrase') === ''
    const env = { EASYRSA_REQ_CN: name, ...(open ? {} : { EASYRSA_PASSOUT: 'env:ca_passphrase' }) }
    await this.call(open ? ['build-ca', 'nopass'] : ['build-ca'], env)
    this.#run.lasting(`the authority of the VPN was created: ${name}`)
  }

  /** The certificate of a server. Its key is kept, so that only one file changes. */
  async certifyServer(server: string, name: string): Promise<void> {
    const renewing = this.file(`reqs/${name}.req`) !== undefined && this.file(`private/${name}.key`) !== undefined
    this.#run.say(`${renewing ? 'renewing' : 'creating'} the certificate of the server ${server}`)
    this.#forget(renewing ? [`issued/${name}.crt`] : partsOf(name))
    await this.call(renewing ? ['sign-req', 'server', name] : ['build-server-full', name, 'nopass'])
    this.#run.lasting(`the server ${server} got a certificate`)
  }

  /** Key and certificate of a client, replacing previous ones. */
  async certifyClient(name: string, passphrase: string): Promise<void> {
    this.#forget(partsOf(name))
    const env = passphrase === '' ? {} : { client_passphrase: passphrase, EASYRSA_PASSOUT: 'env:client_passphrase' }
    await this.call(['build-client-full', name, ...(passphrase === '' ? ['nopass'] : [])], env)
    const serial = this.certificate(name)?.serialNumber
    this.#run.lasting(
      `the client ${name} got the certificate ${serial}; to revoke it: signal-event vpn-client-revoke ${name}`,
    )
  }

  /** Revokes a certificate of a name, which may have more than one: Easy-RSA revokes what is in `issued`. */
  async revoke(name: string, serial: string, reason: string): Promise<void> {
    const former = this.file(`certs_by_serial/${serial}.pem`)
    if (former === undefined) throw new Failure(`the certificate ${serial} of ${name} is missing in certs_by_serial`)
    this.put(`issued/${name}.crt`, former)
    await this.call(['revoke', name, reason])
    this.#run.lasting(`the certificate ${serial} of ${name} is revoked (${reason})`)
  }

  /** A new revocation list if the old one expires soon. With an expired list, nobody can connect. */
  async renewList(): Promise<void> {
    // A damaged list is replaced.
    const end = orUndefined(() => listEnd(join(this.store.folder, 'crl.pem'))?.getTime()) ?? 0
    if (end > Date.now() + Number(this.setting('RenewDays')) * DAY) return
    this.#run.say('creating a new revocation list')
    await this.call(['gen-crl'])
  }

  /** The key that wraps the control channel of servers and clients, created by OpenVPN. */
  async makeTlsKey(): Promise<void> {
    const file = join(this.store.begin(), 'private/ta.key')
    await this.#execute(['openvpn', '--genkey', 'secret', file], 'openvpn --genkey', {})
  }

  /** @throws Failure if OpenVPN is not installed */
  async needOpenVpn(): Promise<void> {
    const { env } = this.#run.context.system
    const { missing } = await runCommand(['openvpn', '--version'], { env, timeout: 10_000 })
    if (missing) throw new Failure('OpenVPN is not installed: apt-get install openvpn')
  }

  /** Puts a file into the PKI, replacing a previous one. */
  put(path: string, content: Uint8Array): void {
    this.#forget([path])
    this.#files.writeNew(join(this.store.folder, path), content, OWN)
  }

  #forget(paths: readonly string[]): void {
    const folder = this.store.begin()
    for (const path of paths) this.#files.remove(join(folder, path))
  }

  async #execute(command: readonly string[], what: string, env: NodeJS.ProcessEnv): Promise<void> {
    const options = { env: { ...this.#run.context.system.env, ...env }, timeout: TIMEOUT }
    const result = await runCommand(['sh', '-c', 'umask 077; exec "$@"', 'sh', ...command], options)
    if (result.status === 0) return
    throw new Failure(`${result.problem ?? result.output.trim()}\n${what} failed; the PKI is as it was`)
  }
}
