import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const BIN = join(import.meta.dirname, '../bin')

/** A root with that many domains, each with the hosts `mail` and `www`, made through the commands themselves. */
export function makeRoot(domains: number): string {
  const root = mkdtempSync(join(tmpdir(), `gabarit-bench-${domains}-`))
  run(root, 'gabarit', ['initialize-default-databases'])
  const names = Array.from({ length: domains }, (_, index) => `d${String(index).padStart(6, '0')}.example.org`)
  run(root, 'db', ['domains', 'batch'], names.map(name => `set ${name} domain Content Primary`).join('\n'))
  const hosts = names.flatMap(name => ['mail', 'www'].map(host => `set ${host}.${name} host HostType Self`))
  run(root, 'db', ['hosts', 'batch'], hosts.join('\n'))
  return root
}

function run(root: string, program: string, args: readonly string[], input = ''): void {
  const options = { input, env: { ...process.env, GABARIT_ROOT: root }, encoding: 'utf8' } as const
  const { status, stderr } = spawnSync(join(BIN, program), args, options)
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`)
}
