import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newToken } from '../../src/base/token.ts'
import { gateApp } from '../../src/modules/sso/gate/app.ts'
import { Gate } from '../../src/modules/sso/gate/gate.ts'
import type { LogoutBinding } from '../../src/modules/sso/gate/saml/metadata.ts'
import { readProvider, writeMetadata } from '../../src/modules/sso/gate/saml/metadata.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { State } from '../../src/system/state.ts'
import { Lasso, newPair, providerMetadata } from './lasso.ts'

/** The name of the gateway, and that of a site. */
export const HOST = 'gate.example.org'
export const SITE = 'app.example.org'
export const BASE = `https://${HOST}/gabarit-sso`

/** A disk that can break. */
class FragileFiles extends RealFiles {
  broken: (path: string) => boolean = () => false

  override remove(path: string): void {
    if (this.broken(path)) throw new Error('EIO: i/o error')
    super.remove(path)
  }

  override append(...args: Parameters<RealFiles['append']>): void {
    if (this.broken(args[0])) throw new Error('ENOSPC: no space left on device')
    super.append(...args)
  }
}

/** A session, and whether it is still open. */
export interface Opened {
  readonly id: string
  /** What its browser has for {@link SITE}. */
  readonly cookie: string
  /** What its browser has for {@link HOST}. */
  readonly own: string
  readonly isOpen: () => boolean
}

/** The gateway in this process, with its clock and disk in our hands, and a real provider. */
export class NearGate {
  readonly folder = mkdtempSync(join(tmpdir(), 'gabarit-gate-'))
  readonly files = new FragileFiles()
  readonly log: string[] = []
  readonly provider = newPair('provider')
  readonly service = newPair('service')
  now = Date.now()
  #gate: Gate
  #app: ReturnType<typeof gateApp>
  #lasso: Lasso | undefined
  #visits = 0

  constructor() {
    ;[this.#gate, this.#app] = this.#start(['redirect', 'soap'])
  }

  get gate(): Gate {
    return this.#gate
  }

  get lasso(): Lasso {
    if (this.#lasso === undefined) throw new Error('the provider is not started')
    return this.#lasso
  }

  async startProvider(): Promise<void> {
    this.#lasso = await Lasso.start(this.provider, writeMetadata(this.#gate.settings.service))
  }

  /** Starts the gateway again, on what is on the disk. */
  restart(bindings: readonly LogoutBinding[] = ['redirect', 'soap']): void {
    ;[this.#gate, this.#app] = this.#start(bindings)
  }

  #start(bindings: readonly LogoutBinding[]): [Gate, ReturnType<typeof gateApp>] {
    const settings = {
      service: { entityId: `${BASE}/metadata`, base: BASE, certificates: [this.service.certificate], bindings },
      provider: readProvider(providerMetadata(this.provider)),
      ...{ privateKey: this.service.key, hours: 8, userAttribute: '', groupsAttribute: 'groups' },
      places: { app: { names: [SITE], groups: [] } },
    }
    const gate = new Gate(settings, new State(this.folder, this.files), (_, line) => this.log.push(line), this.now)
    return [gate, gateApp(gate, () => this.now)]
  }

  /** One request through a front end; each time of another visitor, if the address of none is given. */
  ask(path: string, init: RequestInit = {}, cookie = '', host = HOST): Promise<Response> {
    const visit = ++this.#visits
    const visitor = `10.0.${(visit >> 8) & 255}.${visit & 255}`
    const headers = { 'x-forwarded-for': visitor, ...(init.headers as Record<string, string>), host, cookie }
    return Promise.resolve(this.#app.request(`http://gate${path}`, { ...init, headers }))
  }

  /** A message by SOAP. */
  soap(body: string): Promise<Response> {
    return this.ask('/gabarit-sso/slo/soap', { method: 'POST', body })
  }

  /** A message in an address. @param query without `?` @param own the cookie of the browser that carries it */
  redirect(query: string, own = ''): Promise<Response> {
    return this.ask(`/gabarit-sso/slo?${query}`, {}, own)
  }

  /** What the provider answers to a login that has just begun, signed twice, and the secret of the browser that has asked. */
  async answered(user = 'alice', groups: readonly string[] = []) {
    const browser = newToken()
    const url = this.#gate.entrance.ask({ site: SITE, path: '/', begun: 'x' }, browser, this.now)
    const until = new Date(this.now + 3_600_000).toISOString().replace(/\.\d+/, '')
    const { body, state } = await this.lasso.order('login', { url, user, index: 'S1', until, groups })
    return { xml: Buffer.from(body, 'base64').toString('utf8'), state, browser }
  }

  /** The form by which a browser brings an answer. */
  post(xml: string, state: string): Promise<Response> {
    const body = new URLSearchParams({ SAMLResponse: Buffer.from(xml).toString('base64'), RelayState: state })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.ask('/gabarit-sso/acs', { method: 'POST', body: body.toString(), headers })
  }

  /** A request of the provider to log somebody out, signed unless told otherwise. */
  logout(method: 'soap' | 'redirect', data: Readonly<Record<string, unknown>> = {}) {
    return this.lasso.order('logout', { user: 'alice', name: 'alice', indexes: [], signed: true, method, ...data })
  }

  /** A session of somebody. */
  session(user = 'alice', index = 'S1'): Opened {
    const { sessions, settings } = this.#gate
    const times = { opened: this.now, until: this.now + 1e7 }
    const who = { provider: settings.provider.entityId, nameId: { value: user }, index, user, groups: [] }
    const id = sessions.open({ ...who, ...times })
    const cookieFor = (site: string) => `__Host-gabarit-sso=${sessions.enter(id, site, this.now)}`
    return {
      id,
      cookie: cookieFor(SITE),
      own: cookieFor(HOST),
      isOpen: () => this.#gate.sessions.get(id, this.now) !== undefined,
    }
  }

  /** What the log got while something ran. */
  async logged(run: () => unknown): Promise<string[]> {
    const before = this.log.length
    await run()
    return this.log.slice(before)
  }

  remove(): void {
    this.#lasso?.stop()
    rmSync(this.folder, { recursive: true })
  }
}
