import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Daemons } from '../support/daemons.ts'
import type { Front } from '../support/front.ts'
import { BIN, must, words } from '../support/sandbox.ts'
import { Lasso, newPair, providerMetadata } from './lasso.ts'
import type { Visitor } from './visitor.ts'

const SOCKET = '/run/gabarit-gate/http.sock'
const GABARIT = join(BIN, 'gabarit')
const KEYS = '/var/lib/gabarit/sso'
const CREDENTIALS = '/run/credentials'

/** An application behind nginx and a site of Apache, for people who are logged in. */
export async function startApplications(front: Front): Promise<void> {
  await front.start({ '3001': 'app', '3002': 'site' })
  must(words('db domains set second.example domain ProxyPassTarget http://127.0.0.1:3002 Login sso'))
  front.record('app.example.com', 'proxy', { Upstreams: 'http://127.0.0.1:3001', Login: 'sso' })
}

/** A day from now, as SAML writes it. */
export const LATER = new Date(Date.now() + 86_400_000).toISOString().replace(/\.\d+/, '')

/** The gateway of `/`, as its unit runs it, and an identity provider. */
export class Sso {
  readonly pair = newPair('provider')
  readonly #daemons: Daemons
  #lasso: Lasso | undefined
  #starts = 0

  constructor(daemons: Daemons) {
    this.#daemons = daemons
  }

  /** Saves the metadata of the provider, where `sso Metadata` has them. */
  introduce(): void {
    mkdirSync('/etc/gabarit/sso', { recursive: true })
    writeFileSync('/etc/gabarit/sso/provider.xml', providerMetadata(this.pair))
  }

  /** Starts the provider, which gets our metadata. */
  async startProvider(): Promise<void> {
    this.#lasso = await Lasso.start(this.pair, must(words('gabarit sso metadata')))
  }

  get provider(): Lasso {
    if (this.#lasso === undefined) throw new Error('the provider is not started')
    return this.#lasso
  }

  /** Starts the gateway as its own user, with what systemd gives it (LoadCredential). */
  async startGate(): Promise<ChildProcess> {
    rmSync(SOCKET, { force: true })
    must(['install', '-d', '-o', 'gabarit-gate', '-m', '700', CREDENTIALS, '/var/lib/gabarit-gate'])
    for (const name of ['gate.json', 'current.crt', 'current.key', 'next.crt'])
      must(['install', '-o', 'gabarit-gate', '-m', '400', join(KEYS, name), CREDENTIALS])
    must(words('install -d -o gabarit-gate -g www-data -m 2750 /run/gabarit-gate'))
    const asGate = ['setpriv', '--reuid', 'gabarit-gate', '--regid', 'gabarit-gate', '--clear-groups']
    const serve = [...asGate, 'sh', '-c', 'umask 007; exec "$@"', 'sh', GABARIT, 'sso', 'serve', '--port', '9816']
    const options = ['--settings', join(CREDENTIALS, 'gate.json'), '--folder', '/var/lib/gabarit-gate']
    const name = `gate-${++this.#starts}`
    return this.#daemons.start(name, [...serve, ...options, '--socket', SOCKET], () => existsSync(SOCKET))
  }

  /** What the gateway said since it was started last. */
  log(): string {
    return this.#daemons.output(`gate-${this.#starts}`)
  }

  /** Logs a user in with a browser, from a page on. @returns where the browser ends up */
  async login(visitor: Visitor, page: string, user: string, index: string, groups: readonly string[] = []) {
    const { url, page: last } = await visitor.follow(page, next => next.startsWith('https://idp.example.net/'))
    if (!url.startsWith('https://idp'))
      throw new Error(`the way to the provider ended at ${url}: ${last.status} ${last.text}`)
    const answer = await this.provider.order('login', { url, user, index, until: LATER, groups })
    const { location } = await visitor.post(answer.url, { SAMLResponse: answer.body, RelayState: answer.state })
    return visitor.follow(location, () => false)
  }

  stop(): void {
    this.#lasso?.stop()
  }
}
