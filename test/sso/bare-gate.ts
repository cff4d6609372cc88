import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { logoutRequest, soapEnvelope } from '../../src/modules/sso/gate/saml/logout.ts'
import { signXml } from '../../src/modules/sso/gate/saml/signed.ts'
import { Sessions } from '../../src/modules/sso/gate/sessions.ts'
import { RealFiles } from '../../src/system/real-files.ts'
import { State } from '../../src/system/state.ts'
import { stop } from '../support/daemons.ts'
import { newPair, providerMetadata } from './lasso.ts'

const HOST = 'gate.example.org'
const SITE = 'app.example.org'
const BASE = `https://${HOST}/gabarit-sso`
const PROVIDER = 'https://idp.example.net/metadata'

/** Writes without waiting for the disk: what it writes is there before the gateway starts. */
class UnsyncedFiles extends RealFiles {
  override writeNew(path: string, data: string | Uint8Array): void {
    writeFileSync(path, data, { mode: 0o600 })
  }
  override syncFolder(): void {}
}

/** `gabarit sso serve` without a front end, and the requests that one would send it. */
export class BareGate {
  readonly folder = mkdtempSync(join(tmpdir(), 'gabarit-gate-'))
  readonly #gabarit: string
  readonly #pair = newPair('provider')
  readonly #socket = join(this.folder, 'http.sock')
  #child: ChildProcess | undefined

  /** @param gabarit the program */
  constructor(gabarit: string) {
    this.#gabarit = gabarit
    const settings = {
      entityId: `${BASE}/metadata`,
      base: BASE,
      bindings: ['soap'],
      hours: 10,
      userAttribute: '',
      groupsAttribute: '',
      provider: providerMetadata(this.#pair),
      keys: [{ certificate: 'gate.crt', key: 'gate.key' }],
      places: { app: { names: [SITE], groups: [] } },
    }
    writeFileSync(join(this.folder, 'gate.json'), JSON.stringify(settings))
    writeFileSync(join(this.folder, 'gate.crt'), this.#pair.certificate)
    writeFileSync(join(this.folder, 'gate.key'), this.#pair.key)
  }

  /** Opens a session for each of these users, before the start. @returns the tokens of their cookies */
  fill(users: readonly string[]): string[] {
    const now = Date.now()
    const sessions = new Sessions(new State(this.folder, new UnsyncedFiles()))
    const rest = { provider: PROVIDER, groups: [], opened: now, until: now + 3_600_000 }
    return users.map((user, index) => {
      const id = sessions.open({ ...rest, user, nameId: { value: user }, index: `S${index}` })
      return sessions.enter(id, SITE, now) ?? ''
    })
  }

  /** @returns when it answers */
  async start(): Promise<ChildProcess> {
    rmSync(this.#socket, { force: true })
    const options = ['--settings', join(this.folder, 'gate.json'), '--folder', this.folder, '--socket', this.#socket]
    const child = spawn(this.#gabarit, ['sso', 'serve', ...options], { stdio: 'ignore' })
    this.#child = child
    while ((await this.check('').catch(() => 0)) !== 401) {
      if (child.exitCode !== null) throw new Error(`the gateway ended: ${child.exitCode}`)
      await pause(5)
    }
    return child
  }

  async kill(): Promise<void> {
    if (this.#child !== undefined) await stop(this.#child, 'SIGKILL')
  }

  /** Whether a cookie lets its browser in: the status that nginx is told. */
  async check(token: string): Promise<number> {
    const headers = { host: SITE, 'x-gate-place': 'app', cookie: `__Host-gabarit-sso=${token}` }
    return (await this.#ask('/check', headers)).status
  }

  /** A signed request of the provider for the sessions of a user. @param index of one of them; none: all */
  logoutMessage(user: string, index?: string): string {
    const sender = { entityId: PROVIDER, base: '', certificates: [], bindings: [] }
    const session = { nameId: { value: user }, index }
    const { id, xml } = logoutRequest(sender, `${BASE}/slo/soap`, session, Date.now())
    return soapEnvelope(signXml(xml, id, this.#pair.key))
  }

  /** Sends such a request. */
  logout(message: string): Promise<{ status: number; body: string }> {
    return this.#ask('/gabarit-sso/slo/soap', { host: HOST }, message)
  }

  async remove(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true })
  }

  async #ask(path: string, headers: Readonly<Record<string, string>>, body?: string) {
    const method = body === undefined ? 'GET' : 'POST'
    const sent = request({ socketPath: this.#socket, path, method, headers, agent: false }).end(body)
    const [answer] = await once(sent, 'response')
    return { status: Number(answer.statusCode), body: await text(answer) }
  }
}
