import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { BIN } from './report.ts'

/** A fresh root with the shipped defaults. */
export function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'gabarit-bench-'))
  run(root, 'config', ['set', 'DomainName', 'example.org'])
  run(root, 'gabarit', ['initialize-default-databases'])
  return root
}

/**
 * A root with that many domains, each with the hosts `mail` and `www`, made through the commands themselves. An event has
 * brought them to life: the values that are new to the next one are checked once more.
 */
export function makeDomains(count: number): string {
  const root = makeRoot()
  const names = Array.from({ length: count }, (_, index) => `d${String(index).padStart(6, '0')}.example.org`)
  run(root, 'db', ['domains', 'batch'], names.map(name => `set ${name} domain Content Primary`).join('\n'))
  const hosts = names.flatMap(name => ['mail', 'www'].map(host => `set ${host}.${name} host HostType Self`))
  run(root, 'db', ['hosts', 'batch'], hosts.join('\n'))
  makeEvent(root, { 'etc/bench': '<%= config.DomainName %>\n' })
  run(root, 'signal-event', ['bench'])
  return root
}

/** Makes an event `bench` of the site that expands these templates. */
export function makeEvent(root: string, templates: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(templates)) {
    write(root, `etc/gabarit/templates/${path}`, text)
    if (!path.endsWith('.json')) write(root, `etc/gabarit/events/bench/templates2expand/${path}`, '')
  }
}

/** Writes so many entries into the history of a root. */
export function makeHistory(root: string, count: number): void {
  const entry = {
    time: '2026-01-01T00:00:00.000Z',
    user: 'root',
    via: 'shell',
    command: 'signal-event',
    args: ['bench'],
  }
  const rest = { comment: null, outcome: 'done', problems: [], properties: [], paths: [], files: null, manifest: null }
  for (let id = 1; id <= count; id++) {
    const whole = { id, ...entry, ...rest, databases: {}, validators: [], adjustments: [] }
    write(root, `var/lib/gabarit/history/${String(id).padStart(6, '0')}.json`, JSON.stringify(whole))
  }
}

/** Writes a file below a root. */
export function write(root: string, path: string, text: string): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Runs one of our commands, which must succeed. */
export function run(root: string, name: string, args: readonly string[], input = ''): void {
  const options = {
    input,
    env: { ...process.env, PATH: `${BIN}:${process.env.PATH}`, GABARIT_ROOT: root },
    encoding: 'utf8',
  } as const
  const { status, stderr } = spawnSync(resolve(BIN, name), args, options)
  if (status !== 0) throw new Error(`${name} ${args.join(' ')}: ${stderr}`)
}
