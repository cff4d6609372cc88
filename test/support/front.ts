import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from './daemons.ts'
import { enterNamespace } from './namespace.ts'
import { needsCommands } from './packages.ts'
import { addS6Service, startS6 } from './s6.ts'
import { must, PROJECT, run, words } from './sandbox.ts'
import { stepsOf } from './steps.ts'

export const SCAN = '/run/service'

/** What a visitor gets. */
interface Reply {
  readonly status: number
  readonly body: string
  /** All values of a header, in their order. */
  readonly header: (name: string) => string[]
}

/** What reached a server behind (proxied.mjs). */
interface Seen {
  readonly name: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** The real nginx in front of real servers on `/`, in a private namespace, with the primary domain example.com. */
export class Front {
  readonly daemons = new Daemons()
  readonly folder = mkdtempSync(join(tmpdir(), 'gabarit-front-'))

  /** Starts nginx in front of httpd, and a server behind it on each of these ports: its name by port. */
  async start(servers: Readonly<Record<string, string>>, ...settings: string[]): Promise<void> {
    writeFileSync('/etc/resolv.conf', 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
    await startS6(this.daemons, SCAN)
    addS6Service(SCAN, 'apache2', '#!/bin/sh\nexec apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND 2>&1\n')
    addS6Service(SCAN, 'nginx', "#!/bin/sh\nexec nginx -c /etc/nginx/nginx.conf -g 'daemon off;' 2>&1\n")
    for (const [port, name] of Object.entries(servers)) {
      const command = [process.execPath, join(PROJECT, 'test/support/proxied.mjs'), port, name]
      await this.daemons.start(name, command, () => this.seen(`http://127.0.0.1:${port}/`).name === name)
    }
    must(words('config set DomainName example.com'))
    must(words('config set SystemName home'))
    must(words('signal-event post-install'))
    for (const line of ['config setprop nginx status enabled', 'config set WebFrontend nginx', ...settings])
      must(words(line))
    must(words('signal-event nginx-update'))
  }

  /** Starts another nginx, with nothing but these servers. */
  startNginx(name: string, servers: string, isUp: () => boolean): Promise<unknown> {
    const folder = mkdtempSync(join(this.folder, `${name}-`))
    const conf = join(folder, 'nginx.conf')
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(part => `${part}_temp_path ${folder};`)
    writeFileSync(
      conf,
      `daemon off; error_log ${folder}/e; pid ${folder}/p; events {} http { access_log off; ${places.join(' ')} ${servers} }`,
    )
    return this.daemons.start(name, ['nginx', '-c', conf], isUp)
  }

  async stop(): Promise<void> {
    await this.daemons.stopAll()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Replaces a record of the proxies. */
  record(key: string, type: 'proxy' | 'location' | 'stream', properties: Readonly<Record<string, string>>): void {
    must(['db', 'proxies', 'set', key, type, ...Object.entries(properties).flat()])
  }

  /** @returns what the event says */
  apply(event = 'nginx-update'): string {
    const { status, stdout, stderr } = run(words(`signal-event ${event}`))
    assert.is(status, 0, stdout + stderr)
    return stdout + stderr
  }

  /** An event that must be refused, with these words. */
  refused(said: RegExp, event = 'nginx-update'): void {
    const { status, stdout, stderr } = run(words(`signal-event ${event}`))
    assert.is(status, 3, stdout + stderr)
    assert.ok(said.test(stderr), stderr)
  }

  /** One visit. Every name leads to this machine. Throws if there is no answer at all. */
  visit(url: string, ...options: string[]): Reply {
    const head = join(this.folder, 'head')
    const usual = ['curl', '-sSk', '--noproxy', '*', '--max-time', '20', '--connect-to', '::127.0.0.1:', '-D', head]
    const end = '\n--end--'
    const { status, stdout, stderr } = run([...usual, ...options, '-w', `${end}%{http_code}`, '--', url])
    if (status !== 0) throw new Error(`${url}: curl ${status}: ${stderr.trim()}`)
    const cut = stdout.lastIndexOf(end)
    const lines = readFileSync(head, 'utf8').split(/\r?\n/)
    const header = (name: string) =>
      lines
        .filter(line => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
        .map(line => line.slice(name.length + 1).trim())
    return { status: Number(stdout.slice(cut + end.length)), body: stdout.slice(0, cut), header }
  }

  /** What reached the server behind by a visit that was answered. */
  seen(url: string, ...options: string[]): Seen {
    const { body } = this.visit(url, ...options)
    assert.match(body, /^\{/, `${url}: ${body}`)
    return JSON.parse(body)
  }
}

/** Steps through the real nginx, in a namespace of their own. @param commands what they need beside the usual ones */
export function throughNginx(name: string, ...commands: string[]) {
  const reason =
    needsCommands('nginx', 'apache2', 's6-svscan', 'curl', 'openssl', ...commands) ?? enterNamespace('home')
  const tests = suite(name)
  const front = new Front()
  tests.after(() => front.stop())
  return { tests, step: stepsOf(tests, reason), front }
}
