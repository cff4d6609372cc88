import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { refusal } from '../base/failure.ts'
import { millisecondsOf } from '../base/time.ts'
import type { Paths } from './places.ts'
import { entriesIn, kindOf } from './read-files.ts'
import { SyncChild } from './sync-child.ts'
import { refuseUnsafePart } from './trust.ts'

/** No network, no processes but its own, and mounts of its own, which the program makes read-only. */
const CONFINED = ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child']

let running: PerlChild | undefined

/**
 * The program that runs fragments in Perl, started when it is first needed.
 * @throws Failure (refused) see {@link startPerl}
 */
export function perlChild(places: Paths, warn: (message: string) => void): PerlChild {
  if (running === undefined || running.child.hasEnded) running = startPerl(places, warn)
  return running
}

/** The program that runs fragments in Perl. */
export interface PerlChild {
  readonly child: SyncChild
  /** Seconds that a fragment may take. */
  readonly limit: number
}

/**
 * Starts the program that runs fragments in Perl, with `/etc/gabarit/perl` before the other folders of modules.
 * @param warn told if it can write to files or use the network: for root, a namespace prevents both
 * @throws Failure (refused) if Perl is not installed, or others can change its modules
 */
function startPerl(places: Paths, warn: (message: string) => void): PerlChild {
  const modules = join(places.site, 'perl')
  const own = kindOf(modules) === 'folder' ? [modules] : []
  for (const folder of own) refuseUnsafeTree(places, folder)
  const limit = Math.ceil(millisecondsOf(process.env.GABARIT_FRAGMENT_TIMEOUT, 30_000) / 1000)
  const confined =
    process.geteuid?.() === 0 && spawnSync(CONFINED[0] ?? '', [...CONFINED.slice(1), 'true']).status === 0
  const worker = ['perl', join(places.shipped, 'perl/worker.pl'), confined ? '1' : '', String(limit), ...own]
  const { PERL5LIB: _, PERL5OPT: __, ...others } = process.env
  // The order of a hash is the same in each run.
  const env = { ...others, PERL_HASH_SEED: '0', PERL_PERTURB_KEYS: '0' }
  const child = new SyncChild([...(confined ? CONFINED : []), ...worker], env)
  process.once('beforeExit', () => child.close())
  const [, problem] = child.receive() ?? []
  if (problem === undefined)
    throw refusal('fragments in Perl need the program perl, which cannot be started', {
      hint: 'As root: apt-get install perl',
    })
  const why = confined ? problem.toString() : 'no namespaces can be made here (unshare)'
  if (process.geteuid?.() === 0 && why !== '') warn(`Fragments in Perl run with all rights of root: ${why}`)
  return { child, limit }
}

function refuseUnsafeTree(places: Paths, folder: string): void {
  refuseUnsafePart(places, folder)
  for (const entry of entriesIn(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) refuseUnsafeTree(places, path)
    else refuseUnsafePart(places, path)
  }
}
