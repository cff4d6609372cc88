import {
  CHECK_OPTION,
  CONFIRM_OPTIONS,
  type Command,
  JSON_OPTION,
  NOTE_OPTIONS,
  OVERWRITE_OPTION,
} from '../../terminal/command.ts'

/** The history and the way back. */
export const PAST: readonly Command[] = [
  {
    name: 'history',
    summary: 'what was done, when and by whom',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'limit', type: 'string', describe: 'how many, newest first (20)' },
      { name: 'event', type: 'string', describe: 'only this event or command' },
      { name: 'database', type: 'string', describe: 'only with changes of this database' },
      { name: 'user', type: 'string', describe: 'only by this user' },
      JSON_OPTION,
    ],
    examples: [['gabarit history --database hosts', 'the last changes of hosts']],
    run: async invocation => (await import('../history.ts')).run(invocation),
  },
  {
    name: 'show',
    summary: 'one entry of the history: properties, diffs, checks, services',
    usage: 'ID',
    arity: [1, 1],
    options: [JSON_OPTION],
    examples: [['gabarit show 41', 'everything about entry 41']],
    run: async invocation => (await import('../show.ts')).run(invocation),
  },
  {
    name: 'log',
    summary: 'who changed a database or a record, and when (also: db DATABASE log [KEY])',
    usage: 'DATABASE [KEY]',
    arity: [1, 2],
    options: [{ name: 'limit', type: 'string', describe: 'how many entries, newest first (50)' }, JSON_OPTION],
    examples: [['gabarit log hosts www.example.org', 'the past of one record']],
    run: async invocation => (await import('../log.ts')).run(invocation),
  },
  {
    name: 'rollback',
    summary: 'go back to the state after an entry of the history',
    usage: '[ID]',
    arity: [0, 1],
    options: [
      { name: 'dry-run', type: 'boolean', describe: 'print the plan, change nothing' },
      CHECK_OPTION,
      OVERWRITE_OPTION,
      ...NOTE_OPTIONS,
      ...CONFIRM_OPTIONS,
    ],
    examples: [
      ['gabarit rollback', 'undo the last entry'],
      ['gabarit rollback 41 --dry-run', 'what going back to entry 41 would change'],
    ],
    run: async invocation => (await import('../rollback.ts')).run(invocation),
  },
  {
    name: 'prune',
    summary: 'remove old entries of the history',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'keep', type: 'string', describe: 'leave so many entries (else: HistoryKeep of the record gabarit)' },
      { name: 'older-than', type: 'string', describe: 'remove what is older, such as 90d (else: HistoryAge)' },
      { name: 'dry-run', type: 'boolean', describe: 'print how many would go' },
      JSON_OPTION,
    ],
    examples: [['gabarit prune --keep 100 --older-than 90d', 'at most 100, none older than 90 days']],
    run: async invocation => (await import('../prune.ts')).run(invocation),
  },
]
