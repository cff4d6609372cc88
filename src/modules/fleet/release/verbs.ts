import { type Command, flag, JSON_OPTION, paths, value } from '../../../terminal/command.ts'

/** The subcommands of `gabarit fleet` about what a release sets. */
export const RELEASE_VERBS: readonly Command[] = [
  {
    name: 'diff',
    console: 'read',
    summary: 'show what the next release would change, for all hosts, groups and single hosts',
    options: [JSON_OPTION],
    examples: [['gabarit fleet diff', 'records and files since the last release']],
    run: async invocation => (await import('./release.apart.ts')).runDiff(invocation),
  },
  {
    name: 'adopt',
    console: 'change',
    summary: 'take what somebody has set on a host into the records of the fleet for that host',
    usage: 'HOST [DATABASE [KEY [PROP]]]',
    arity: [1, 4],
    options: [flag('dry-run', 'print what it would take, and do nothing'), JSON_OPTION],
    examples: [
      ['gabarit fleet adopt www1', 'everything that differs there'],
      ['gabarit fleet adopt www1 configuration sshd TCPPort', 'only this property'],
    ],
    run: async invocation => (await import('./release.apart.ts')).runAdopt(invocation),
  },
  {
    name: 'take',
    hidden: true,
    summary: 'take the release that waits for this host; it goes back unless it is confirmed',
    options: [
      value('from FOLDER', 'a folder with the order and the parts of the bundle, not the store', { complete: paths }),
    ],
    examples: [['gabarit fleet take', 'what the agent runs']],
    run: async invocation => (await import('./release.apart.ts')).runTake(invocation),
  },
]
