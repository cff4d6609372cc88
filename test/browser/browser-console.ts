import { connect, createServer } from 'node:net'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { BASE, WebConsole } from '../console/web-console.ts'
import { startBrowser } from '../support/browser.ts'
import { freePorts } from '../support/free-ports.ts'

/** The console of a server in a folder, in the real Chromium, by a tunnel to its socket. */
export class BrowserConsole extends WebConsole {
  readonly #tunnel = createServer(socket => {
    const inside = connect(this.http)
    for (const end of [socket, inside]) end.on('error', () => undefined)
    socket.pipe(inside).pipe(socket)
  })
  #browser: Browser | undefined
  #port = 0

  override async startAll(): Promise<void> {
    await super.startAll()
    const [port = 0] = await freePorts(1)
    this.#port = port
    this.#tunnel.listen(port, '127.0.0.1')
    this.#browser = await startBrowser()
  }

  address(path: string): string {
    return `http://localhost:${this.#port}${BASE}${path}`
  }

  /** A window of whoever is logged in. */
  async window(): Promise<BrowserContext> {
    if (this.#browser === undefined) throw new Error('the browser does not run')
    const context = await this.#browser.newContext({ locale: 'en' })
    const [name = '', ...value] = this.cookie.split('=')
    const cookie = { name, value: value.join('='), domain: 'localhost', path: BASE, secure: true, httpOnly: true }
    await context.addCookies([{ ...cookie, sameSite: 'Strict' }])
    return context
  }

  async close(): Promise<void> {
    await this.#browser?.close()
    this.#tunnel.close()
    this.remove()
  }
}

/** What the browser complains of: what its policy has refused, an error of a script; not that a page refuses or fails. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', message => {
    const ours = message.text().startsWith('Failed to load resource: the server responded with a status of')
    if (message.type() === 'error' && !ours) complaints.push(`${message.text()} ${page.url()}`)
  })
  page.on('pageerror', error => complaints.push(error.message))
  page.on('dialog', dialog => complaints.push(dialog.message()))
  return complaints
}
