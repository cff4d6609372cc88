import { CHANGE_OPTIONS, CHECK_OPTION } from '../../terminal/change-options.ts'
import { type Command, type Complete, flag, JSON_OPTION, value, withVerbs } from '../../terminal/command.ts'

/** The text comes from standard input, where nobody could answer a question. */
const OPTIONS = [
  flag('dry-run', 'print what would change: the fragment, all files and services'),
  CHECK_OPTION,
  value('expect HASH', 'only if the fragment in effect still has this SHA-256 hash, or "none" if there is none'),
  ...CHANGE_OPTIONS.filter(({ name }) => name !== 'confirm'),
]

const complete: Complete = async (...typed) => (await import('../completers.ts')).fragments(...typed)

/** `gabarit fragment`. */
export const FRAGMENT_COMMAND: Command = withVerbs('fragment', 'show, change or remove one fragment', [
  {
    name: 'show',
    console: 'read',
    onlyLooks: true,
    summary: 'print the fragment that is in effect',
    usage: 'TEMPLATE FRAGMENT',
    options: [JSON_OPTION],
    examples: [['gabarit fragment show /etc/hosts 30Hosts', 'with --json also its difference from the shipped one']],
    complete,
    run: async invocation => (await import('../show-fragment.ts')).show(invocation),
  },
  {
    name: 'write',
    console: 'dangerous',
    summary: 'make standard input the site’s own version of a fragment, and generate the files that change',
    usage: 'TEMPLATE FRAGMENT',
    options: [...OPTIONS, flag('merged', 'it has what the shipped one has now: not stale any more')],
    examples: [
      ['gabarit fragment write /etc/hosts 30Hosts --dry-run < 30Hosts', 'see what would change'],
      ['gabarit fragment write /etc/hosts 30Hosts < 30Hosts', 'the fragment and its files, all or none'],
    ],
    complete,
    run: async invocation => (await import('../fragment.ts')).write(invocation),
  },
  {
    name: 'remove',
    console: 'dangerous',
    summary: 'remove the site’s own version: the shipped fragment is in effect again',
    usage: 'TEMPLATE FRAGMENT',
    options: OPTIONS,
    examples: [['gabarit fragment remove /etc/hosts 30Hosts --dry-run', 'see what would change']],
    complete,
    run: async invocation => (await import('../fragment.ts')).remove(invocation),
  },
])
