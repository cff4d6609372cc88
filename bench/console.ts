import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { TOTP } from 'otpauth'
import { Client } from '../src/console/client.ts'
import { consoleApp } from '../src/console/web/app.ts'
import { memoryOf } from '../test/support/process-memory.ts'
import { makeHistory, makeRoot, run } from './corpus.ts'
import { median } from './measure.ts'
import { BIN, RUNS, report } from './report.ts'

const HOSTS = 1000
const ENTRIES = 10_000
const ADDRESS = '192.0.2.7'
const PAGES = [
  ...[
    '',
    '/changes',
    '/records',
    '/records/hosts',
    '/records/hosts/record?key=h500.example.org',
    '/history',
    '/events',
  ],
  ...['/history/10000', '/files', '/firewall', '/vpn', '/proxies', '/certificates', '/users', '/backup'],
  ...['/records/hosts/new?type=host', '/certificates/setup', '/templates', '/templates/one?template=/etc/hosts'],
  ...['/files/explain?path=/etc/hosts', '/files/explain?path=/etc/hosts&line=500'],
  ...['/fragment', '/fragment/edit'].map(path => `${path}?template=/etc/hosts&fragment=30Hosts`),
  '/plan?words=["gabarit","signal-event","console-save"]',
]

/** Every page of the console with many hosts and a long history: its processor time, and the memory of both processes. */
export async function benchConsole(): Promise<void> {
  const root = makeRoot()
  const hosts = Array.from({ length: HOSTS }, (_, index) => `set h${index}.example.org host HostType Self\n`)
  run(root, 'db', ['hosts', 'batch'], hosts.join(''))
  makeHistory(root, ENTRIES)
  const [socket, http] = [join(root, 'helper.sock'), join(root, 'http.sock')]
  const helper = await start(root, socket, 'helper', '--socket', socket, '--stay')
  const web = await start(root, http, 'serve', '--helper', socket, '--socket', http)
  const client = new Client(socket)
  const headers = { cookie: `__Secure-gabarit=${await logIn(root, client)}`, host: 'localhost' }
  const app = consoleApp(client)
  for (const path of PAGES) {
    const times: number[] = []
    for (let turn = 0; turn < Math.ceil(RUNS / 3); turn++) {
      const before = process.cpuUsage()
      const page = await app.request(`/server-manager${path}`, { headers })
      await page.text()
      if (page.status !== 200) throw new Error(`${path}: ${page.status}`)
      const { user, system } = process.cpuUsage(before)
      times.push((user + system) / 1e6)
    }
    report(`console, ${path || '/'}: processor time of the pages`, `${median(times).toFixed(3)} s`, 'at most 0.15 s')
  }
  for (const path of PAGES) await visit(http, `/server-manager${path}`, headers)
  const [pages, commands] = [memoryOf(web), memoryOf(helper)]
  const both = `${(pages + commands).toFixed(0)} MiB (${pages.toFixed(0)} + ${commands.toFixed(0)})`
  report('memory of web part and helper after all pages', both, 'at most 120 MiB')
  for (const pid of [web, helper]) process.kill(pid)
  rmSync(root, { recursive: true })
}

/** Starts a part of the console. @returns its process */
async function start(root: string, socket: string, ...args: readonly string[]): Promise<number> {
  const env = { ...process.env, GABARIT_ROOT: root }
  const child = spawn(join(BIN, 'gabarit'), ['web', ...args], { env, stdio: 'inherit' })
  while (!existsSync(socket)) await pause(20)
  return child.pid ?? 0
}

/** A new user. @returns the session */
async function logIn(root: string, client: Client): Promise<string> {
  const env = { ...process.env, GABARIT_ROOT: root }
  const link = spawn(join(BIN, 'gabarit'), ['web', 'login-link', 'alice'], { env })
  const [printed] = await once(link.stdout, 'data')
  const token = /\/welcome\/(\S+)/.exec(String(printed))?.[1] ?? ''
  const invited = await client.ask({ ask: 'invited', address: ADDRESS, token })
  const secret = invited.kind === 'invited' ? invited.secret : ''
  const [password, code] = ['a long enough password', new TOTP({ secret }).generate()]
  const accepted = await client.ask({ ask: 'accept', address: ADDRESS, token, password, code })
  if (accepted.kind !== 'session') throw new Error(JSON.stringify(accepted))
  return accepted.session
}

async function visit(socketPath: string, path: string, headers: Readonly<Record<string, string>>): Promise<void> {
  const [answer] = await once(request({ socketPath, path, headers }).end(), 'response')
  for await (const _ of answer);
}
