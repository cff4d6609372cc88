import { CHANGE_OPTIONS, CHECK_OPTION } from '../../terminal/change-options.ts'
import { type Command, flag, type Option, paths } from '../../terminal/command.ts'
import { MODULES } from '../modules.ts'

/** Options for a file edited by hand; backups have them, too. */
const PLAIN_OPTIONS: readonly Option[] = [
  flag('dry-run', 'print the diff or the plan, change nothing'),
  CHECK_OPTION,
  ...CHANGE_OPTIONS,
]

const plain = new Set(PLAIN_OPTIONS.map(({ name }) => name))
const archives = MODULES.flatMap(({ archives }) => archives ?? [])

/** Options that only archives of gabarit have. */
const more = archives.flatMap(({ restore }) => restore.options ?? []).filter(({ name }) => !plain.has(name))

/** The one door for everything that comes back: a generated file, a backup, an old server. */
export const RESTORE_COMMAND: Command = {
  name: 'restore',
  console: 'dangerous',
  summary: 'drop a manual edit and regenerate the file; or restore a backup, or an SME Server',
  usage: 'FILE | --data JOB PATH...',
  arity: [1, Number.POSITIVE_INFINITY],
  options: [...PLAIN_OPTIONS, ...more],
  examples: [
    ['gabarit restore /etc/hosts', 'the edited version is kept in /var/lib/gabarit/replaced'],
    ['gabarit restore gate.tar.age --dry-run', 'a backup; the same as gabarit backup restore'],
    ['gabarit restore smeserver.tgz --dry-run', 'a backup of an old server; as gabarit import --server'],
    ['gabarit restore --data nas /srv/ibays/shop --to /root/restored', 'a folder from a backup of data'],
  ],
  complete: async (args, places) => [
    ...(await import('../completers.ts')).managed(args, places),
    ...(args.length > 1 ? [] : paths(args)),
  ],
  run: async invocation =>
    (await import('../restore.ts')).restore(
      invocation,
      archives,
      more.map(({ name }) => name),
    ),
}
