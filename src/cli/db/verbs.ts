import { EXIT } from '../../base/failure.ts'
import { outputOf } from '../../system/output-of.ts'
import { engineCommand } from '../../system/programs.ts'
import type { Call } from './call.ts'
import { runBatch } from './change-verbs.ts'
import { runDescribe } from './describe-verb.ts'
import { READ_VERBS } from './read-verbs.ts'
import { runExport, runImport } from './transfer-verbs.ts'
import type { Verb } from './verb.ts'
import { WRITE_VERBS } from './write-verbs.ts'

/** Every verb of `db` and `config`, in the order of the help. */
export const VERBS: Readonly<Record<string, Verb>> = {
  ...READ_VERBS,
  ...WRITE_VERBS,
  batch: {
    arguments: '',
    summary: 'make many changes from standard input, all or none',
    example: '< commands',
    console: 'change',
    run: runBatch,
  },
  describe: {
    arguments: '[KEY [PROP]]',
    summary: 'explain records (or @TYPE) and properties',
    example: 'sshd TCPPort',
    console: 'read',
    run: runDescribe,
  },
  log: {
    arguments: '[KEY]',
    summary: 'show who changed what and when, from the history',
    example: 'sshd',
    console: 'read',
    run: runLog,
  },
  import: {
    arguments: 'FILE',
    summary: 'import an SME Server database ("-" reads standard input)',
    example: '/home/e-smith/db/configuration',
    run: runImport,
  },
  export: { arguments: '', summary: 'print the database in the SME Server format', example: '', run: runExport },
}

/** Whether a verb only reads this database. */
export function reads(verb: string): boolean {
  return Object.hasOwn(VERBS, verb) && VERBS[verb]?.change === undefined && !['batch', 'import'].includes(verb)
}

/** `log`: the history belongs to the engine, which this program does not load, so it calls the engine. */
function runLog({ io, places, database, format, print }: Call, args: readonly string[]): number {
  const engine = engineCommand(places.shipped, 'log', '--root', places.root)
  const { status, stdout } = outputOf(
    [...engine, ...(format === 'text' ? [] : [`--${format}`]), '--', database, ...args],
    io.env,
  )
  print(stdout)
  return status ?? EXIT.failed
}
