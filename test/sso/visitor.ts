import { request } from 'node:https'

/** What has come back. */
export interface Page {
  readonly status: number
  readonly location: string
  readonly text: string
}

interface More {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** A browser with its own cookies, for which every name leads to this machine. */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>()

  /** One request, without following redirects. */
  open(url: string, { method = 'GET', headers = {}, body }: More = {}): Promise<Page> {
    const { hostname, pathname, search } = new URL(url)
    const jar = this.#jar(hostname)
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const options = { host: '127.0.0.1', servername: hostname, rejectUnauthorized: false, method, agent: false }
    return new Promise((resolve, reject) => {
      const sent = request(
        { ...options, path: pathname + search, headers: { host: hostname, ...(cookie ? { cookie } : {}), ...headers } },
        async answer => {
          let text = ''
          for await (const chunk of answer.setEncoding('utf8')) text += chunk
          for (const line of answer.headers['set-cookie'] ?? []) keep(jar, line)
          resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? '', text })
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }

  post(url: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return this.open(url, { method: 'POST', headers, body: new URLSearchParams(fields).toString() })
  }

  /** Follows redirects until one leads to another host, or there is none. */
  async follow(url: string, stop: (url: string) => boolean): Promise<{ url: string; page: Page }> {
    let [at, page] = [url, await this.open(url)]
    while (page.location !== '') {
      at = new URL(page.location, at).href
      if (stop(at)) break
      page = await this.open(at)
    }
    return { url: at, page }
  }

  /** The value of a cookie of a host. */
  cookie(host: string, name: string): string | undefined {
    return this.#jar(host).get(name)
  }

  #jar(host: string): Map<string, string> {
    const jar = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, jar)
    return jar
  }
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ')
  const [name = '', ...value] = pair.split('=')
  if (attributes.includes('Max-Age=0')) jar.delete(name)
  else jar.set(name, value.join('='))
}
