import { request } from 'node:http'
import { waitFor } from '../support/wait.ts'
import { ADDRESS, ConsoleServer, codeOf, PASSWORD } from './console-server.ts'

export const BASE = '/server-manager'
const HOST = 'server.example.org'

/** What has come back. */
export interface Page {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

interface More {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly method?: string
}

/** A server with the helper and the web part of the console, as a browser sees it through the front end. */
export class WebConsole extends ConsoleServer {
  readonly http = this.path('/http.sock')
  #web: number | undefined
  /** What the forms of each session carry. */
  readonly #tokens = new Map<string, string>()
  /** What a browser would keep. */
  cookie = ''
  language = 'en'
  secret = ''

  async startAll(): Promise<void> {
    await this.startHelper()
    await this.startWeb()
  }

  async startWeb(): Promise<void> {
    this.#web = this.start(['gabarit', 'web', 'serve', '--helper', this.socket, '--socket', this.http]).pid
    await waitFor('the web part', async () => (await this.get('/login')).status === 200)
  }

  /** Its process. */
  get webProcess(): number {
    return this.#web ?? 0
  }

  /** Kills the web part, or ends it. */
  stopWeb(signal: 'SIGKILL' | 'SIGTERM' = 'SIGTERM'): void {
    if (this.#web !== undefined) process.kill(this.#web, signal)
    this.#web = undefined
  }

  /** Loads a page. @param path without the base */
  get(path: string, more: More = {}): Promise<Page> {
    return this.fetch(`${BASE}${path}`, more)
  }

  /** Sends a form. @param token what shows its session; default: that of this one */
  async post(path: string, fields: Readonly<Record<string, string>>, more: More = {}): Promise<Page> {
    const token = fields.token ?? (await this.#token())
    const body = new URLSearchParams({ ...fields, token }).toString()
    const headers = { origin: `https://${HOST}`, 'content-type': 'application/x-www-form-urlencoded', ...more.headers }
    return this.fetch(`${BASE}${path}`, { ...more, method: 'POST', body, headers })
  }

  async #token(): Promise<string> {
    const known = this.#tokens.get(this.cookie) ?? tokenOf(await this.get('/records'))
    this.#tokens.set(this.cookie, known)
    return known
  }

  fetch(path: string, { headers = {}, body, method = 'GET' }: More): Promise<Page> {
    const cookie = [this.cookie, `gabarit-language=${this.language}`].filter(part => part !== '').join('; ')
    const forwarded = { host: HOST, cookie, 'x-forwarded-for': `198.51.100.1, ${ADDRESS}` }
    return new Promise((resolve, reject) => {
      // A connection of its own: the server closes one that has waited, while a command of the test holds us up.
      const options = { agent: false, socketPath: this.http, path, method, headers: { ...forwarded, ...headers } }
      const sent = request(options, async answer => {
        let text = ''
        for await (const chunk of answer.setEncoding('utf8')) text += chunk
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  /** Opens a one-time address, and logs in with it. */
  async enter(user: string): Promise<Page> {
    const token = this.invite(user)
    const page = await this.get(`/welcome/${token}`)
    this.secret = /class="secret">([A-Z2-7]+)</.exec(page.text)?.[1] ?? ''
    const fields = { password: PASSWORD, again: PASSWORD, code: codeOf(this.secret), token: 'none' }
    const entered = await this.post(`/welcome/${token}`, fields)
    this.keepCookie(entered)
    return entered
  }

  keepCookie({ headers }: Page): void {
    const [cookie = ''] = [headers['set-cookie'] ?? ''].flat()
    this.cookie = cookie.split(';')[0] ?? ''
  }

  /** Follows the page of a run to its end. @returns the page then */
  async finished(answer: Page): Promise<Page> {
    const path = String(answer.headers.location).slice(BASE.length)
    return waitFor('the end of the run', async () => {
      const page = await this.get(path)
      return page.text.includes('data-run=') ? undefined : page
    })
  }

  override remove(): void {
    this.stopWeb()
    super.remove()
  }
}

/** The token of a form. */
export function tokenOf({ text }: Page): string {
  return /name="token" value="([^"]*)"/.exec(text)?.[1] ?? ''
}

/** The values of the hidden fields and inputs of a page, as a browser reads them. */
export function unescapeHtml(text: string): string {
  const signs: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => signs[name] ?? '')
}
