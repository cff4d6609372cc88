import { spawnSync } from 'node:child_process'
import { cached } from '../base/cached.ts'

/** Exit status of getent(1) for a name without an address. */
const NOT_FOUND = 2
/** While a DNS server does not answer, nothing is known about a name. BUN_BE_BUN: the executable itself can run scripts too. */
const OPTIONS = { encoding: 'utf8', timeout: 3000, env: { ...process.env, BUN_BE_BUN: '1' } } as const
/** Tells a name that does not exist from a DNS server that does not answer (EAI_AGAIN), as getent does not. */
const ASK = `require('dns').lookup(process.argv[1], error => process.exit(error?.code === 'ENOTFOUND' ? ${NOT_FOUND} : 0))`

const known = new Map<string, Pick<ReturnType<typeof ask>, 'status' | 'stdout'>>()
const unknown = new Map<string, boolean>()

/** Whether a host name has no address, neither in /etc/hosts nor in the DNS; false if that cannot be found out. */
export function isUnknownHost(name: string): boolean {
  return cached(
    unknown,
    name,
    () => lookUp(name).status === NOT_FOUND && ask(process.execPath, '-e', ASK, '--', name).status === NOT_FOUND,
  )
}

/** The addresses of a host name in /etc/hosts or the DNS; none if that cannot be found out. */
export function addressesOfHost(name: string): string[] {
  const lines = lookUp(name).stdout.split('\n')
  return [...new Set(lines.flatMap(line => line.split(' ', 1)[0] || []))]
}

/** Once nothing has answered in time, the other names are not asked for: each would take as long. */
function lookUp(name: string) {
  return cached(known, name, () => {
    if ([...known.values()].some(({ status }) => status === null)) return { status: 1, stdout: '' }
    return ask('getent', 'ahosts', '--', name)
  })
}

function ask(program: string, ...args: string[]) {
  return spawnSync(program, args, { ...OPTIONS, stdio: ['ignore', 'pipe', 'ignore'] })
}
