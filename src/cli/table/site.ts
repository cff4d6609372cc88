import { NOTE_OPTION } from '../../terminal/change-options.ts'
import { type Command, flag, JSON_OPTION, value } from '../../terminal/command.ts'
import { FRAGMENT_COMMAND } from './fragment.ts'
import { RESTORE_COMMAND } from './restore.ts'

/** Commands for what the site changes itself: overrides, and files edited by hand. */
export const SITE_COMMANDS: readonly Command[] = [
  {
    name: 'customize',
    console: 'dangerous',
    summary: 'copy a shipped fragment into the site’s templates-custom',
    usage: 'TEMPLATE [FRAGMENT]',
    options: [
      flag('translate', 'write the twin in JavaScript of a fragment in Perl, or of all'),
      flag('dry-run', 'with --translate: print the twin, change nothing'),
      JSON_OPTION,
    ],
    examples: [
      ['gabarit customize /etc/hosts 10Localhost', 'make your own version of a fragment'],
      ['gabarit customize --translate /etc/ssh/sshd_config', 'replace its fragments in Perl, if the twins are equal'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).fragments(...typed),
    run: async invocation => (await import('../customize.ts')).run(invocation),
  },
  FRAGMENT_COMMAND,
  {
    name: 'overrides',
    console: 'dangerous',
    listsAlone: true,
    summary: 'list overrides, and whether the shipped files have changed',
    usage: '[diff|merge|keep [TEMPLATE FRAGMENT]]',
    options: [flag('dry-run', 'with merge: print what would change, write nothing'), JSON_OPTION],
    examples: [
      ['gabarit overrides', 'list them: new, in step, stale …'],
      ['gabarit overrides diff /etc/hosts 30Hosts', 'what has changed in the shipped fragment'],
      ['gabarit overrides merge', 'merge these changes into all stale ones'],
      ['gabarit overrides keep /etc/hosts 30Hosts', 'declare yours up to date'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).overrides(...typed),
    run: async invocation => (await import('../overrides.ts')).run(invocation),
  },
  {
    name: 'adopt',
    console: 'dangerous',
    summary: 'turn a manual edit into a fragment of the site',
    usage: 'FILE',
    options: [flag('dry-run', 'print the fragment, change nothing'), NOTE_OPTION, JSON_OPTION],
    examples: [['gabarit adopt /etc/hosts', 'only if the templates then generate exactly the edited text']],
    complete: async (...typed) => (await import('../completers.ts')).managed(...typed),
    run: async invocation => (await import('../edited-files.ts')).adopt(invocation),
  },
  {
    name: 'pin',
    console: 'change',
    summary: 'keep a file as it is: no event overwrites it',
    usage: '[FILE]',
    options: [value('note TEXT', 'why, shown in every plan'), JSON_OPTION],
    examples: [
      ['gabarit pin /etc/hosts --note "until the new release"', 'keep it'],
      ['gabarit pin', 'the pinned files'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).managed(...typed),
    run: async invocation => (await import('../edited-files.ts')).pin(invocation),
  },
  {
    name: 'unpin',
    console: 'change',
    summary: 'let events write a pinned file again',
    usage: 'FILE',
    options: [JSON_OPTION],
    examples: [['gabarit unpin /etc/hosts', 'the next event regenerates it']],
    complete: async (...typed) => (await import('../completers.ts')).pinned(...typed),
    run: async invocation => (await import('../edited-files.ts')).unpin(invocation),
  },
  RESTORE_COMMAND,
]
