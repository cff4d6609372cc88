import { CHANGE_OPTIONS, CHECK_OPTION } from '../../terminal/change-options.ts'
import { type Command, flag, JSON_OPTION, value } from '../../terminal/command.ts'

const BACK_OPTIONS = [flag('dry-run', 'print the plan, change nothing'), CHECK_OPTION, ...CHANGE_OPTIONS]

/** Commands for the history, and to roll back. */
export const HISTORY_COMMANDS: readonly Command[] = [
  {
    name: 'history',
    console: 'read',
    summary: 'list what was done, when and by whom',
    options: [
      value('limit NUMBER', 'maximum number of entries, newest first (20)'),
      value('event EVENT', 'only entries of this event or command', {
        complete: async (...typed) => (await import('../completers.ts')).events(...typed),
      }),
      value('database DATABASE', 'only entries that changed this database', {
        complete: async (...typed) => (await import('../completers.ts')).databases(...typed),
      }),
      value('user USER', 'only entries by this user', {
        complete: async (...typed) => (await import('../completers.ts')).users(...typed),
      }),
      value('since TIME', 'only entries from this day or time on, or not older than 2d'),
      value('until TIME', 'only entries up to this day or time, or older than 2d'),
      JSON_OPTION,
    ],
    examples: [
      ['gabarit history --database hosts', 'the last changes of hosts'],
      ['gabarit history --since "2026-11-28 14:00" --until 2026-11-29', 'of that afternoon and the next day'],
    ],
    run: async invocation => (await import('../history.ts')).run(invocation),
  },
  {
    name: 'show',
    console: 'read',
    summary: 'show one entry of the history: properties, diffs, checks, services',
    usage: 'ID',
    options: [JSON_OPTION],
    examples: [['gabarit show 41', 'everything about entry 41']],
    complete: async (...typed) => (await import('../completers.ts')).entries(...typed),
    run: async invocation => (await import('../history.ts')).show(invocation),
  },
  {
    name: 'log',
    console: 'read',
    summary: 'show who changed a database or record, and when (also: db DATABASE log [KEY])',
    usage: 'DATABASE [KEY]',
    options: [value('limit NUMBER', 'maximum number of entries, newest first (50)'), JSON_OPTION],
    examples: [['gabarit log hosts www.example.org', 'the history of one record']],
    complete: async (...typed) => (await import('../completers.ts')).records(...typed),
    run: async invocation => (await import('../history.ts')).log(invocation),
  },
  {
    name: 'rollback',
    console: 'change',
    summary: 'roll back to the state after an entry of the history',
    usage: '[ID]',
    options: BACK_OPTIONS,
    examples: [
      ['gabarit rollback', 'undo the last entry'],
      ['gabarit rollback 41 --dry-run', 'what rolling back to entry 41 would change'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).entries(...typed),
    run: async invocation => (await import('../rollback.ts')).run(invocation),
  },
  {
    name: 'revert',
    console: 'change',
    summary: 'undo the properties of one entry of the history, and keep what came later',
    usage: 'ID',
    options: BACK_OPTIONS,
    examples: [['gabarit revert 41 --dry-run', 'what would change without entry 41']],
    complete: async (...typed) => (await import('../completers.ts')).entries(...typed),
    run: async invocation => (await import('../revert.ts')).run(invocation),
  },
  {
    name: 'prune',
    summary: 'remove old entries of the history',
    options: [
      value('keep NUMBER', 'number of entries to keep (default: HistoryKeep of the record gabarit)'),
      value('older-than AGE', 'remove entries older than this, such as 90d (default: HistoryAge)'),
      flag('dry-run', 'print how many would be removed'),
      JSON_OPTION,
    ],
    examples: [['gabarit prune --keep 100 --older-than 90d', 'at most 100, none older than 90 days']],
    run: async invocation => (await import('../prune.ts')).run(invocation),
  },
]
