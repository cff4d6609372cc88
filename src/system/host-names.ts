import { spawnSync } from 'node:child_process'
import { cached } from '../base/cached.ts'

/** Exit status of getent(1) for a name without an address. */
const NOT_FOUND = 2
/** While a DNS server does not answer, nothing is known about a name. BUN_BE_BUN: the executable itself can run scripts too. */
const OPTIONS = { stdio: 'ignore', timeout: 3000, env: { ...process.env, BUN_BE_BUN: '1' } } as const
/** Tells a name that does not exist from a DNS server that does not answer (EAI_AGAIN), as getent does not. */
const ASK = `require('dns').lookup(process.argv[1], error => process.exit(error?.code === 'ENOTFOUND' ? ${NOT_FOUND} : 0))`

const unknown = new Map<string, boolean>()

/** Whether a host name has no address, neither in /etc/hosts nor in the DNS; false if that cannot be found out. */
export function isUnknownHost(name: string): boolean {
  return cached(unknown, name, () =>
    [
      ['getent', 'ahosts', '--', name],
      [process.execPath, '-e', ASK, '--', name],
    ].every(([program = '', ...args]) => spawnSync(program, args, OPTIONS).status === NOT_FOUND),
  )
}
