import { CHANGE_OPTIONS, CHECK_OPTION, NOTE_OPTION, OVERWRITE_OPTION } from '../../terminal/change-options.ts'
import { type Command, flag, JSON_OPTION, paths, value } from '../../terminal/command.ts'

/** Commands that generate files, run events and adjust services. */
export const CHANGING_COMMANDS: readonly Command[] = [
  {
    name: 'signal-event',
    console: 'change',
    summary: 'run an event: actions, templates, services',
    usage: 'EVENT [ARGUMENT...]',
    options: [flag('dry-run', 'print diffs and service adjustments, change nothing'), CHECK_OPTION, ...CHANGE_OPTIONS],
    examples: [
      ['signal-event console-save', 'apply all settings'],
      ['signal-event --dry-run domain-modify example.org', 'see what would change'],
      ['signal-event --check console-save', 'and have the daemons check it'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).eventsAndArguments(...typed),
    run: async invocation => (await import('../signal-event.ts')).run(invocation),
  },
  {
    name: 'expand-template',
    summary: 'generate configuration files from their templates',
    usage: 'TEMPLATE...',
    arity: [0, Number.POSITIVE_INFINITY],
    options: [
      flag('all', 'all templates'),
      value('output FILE', 'write to this file instead', { alias: ['output_filename'], complete: paths }),
      flag('stdout', 'print the result, write nothing'),
      flag('diff', 'print what would change, write nothing', ['dry-run']),
      CHECK_OPTION,
      value('expand_queue FOLDER', 'only look for templates in this folder', { complete: paths }),
      OVERWRITE_OPTION,
      NOTE_OPTION,
      JSON_OPTION,
    ],
    examples: [
      ['expand-template /etc/hosts', 'generate one file'],
      ['expand-template --diff /etc/httpd/conf/httpd.conf', 'see what would change'],
      ['expand-template --all', 'generate all files'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).templates(...typed),
    run: async invocation => (await import('../expand-template.ts')).run(invocation),
  },
  {
    name: 'apply',
    console: 'change',
    summary: 'apply changed properties without naming an event',
    options: [
      flag('all', 'all templates, not only those that read changed properties'),
      flag('dry-run', 'print the plan and its id, change nothing'),
      CHECK_OPTION,
      ...CHANGE_OPTIONS,
    ],
    examples: [
      ['gabarit apply --dry-run', 'see what would happen'],
      ['gabarit apply --comment "new host"', 'apply the changes'],
    ],
    run: async invocation => (await import('../apply.ts')).run(invocation),
  },
  {
    name: 'discard',
    console: 'change',
    summary: 'undo property changes since the last event',
    options: [flag('dry-run', 'print what would be undone'), JSON_OPTION],
    examples: [['gabarit discard', 'undo all of them']],
    run: async invocation => (await import('../discard.ts')).run(invocation),
  },
  {
    name: 'confirm',
    console: 'change',
    summary: 'keep or revert a change made with --confirm-within',
    usage: '[cancel|extend DURATION|status|expired]',
    options: [JSON_OPTION],
    examples: [
      ['gabarit confirm', 'keep the change'],
      ['gabarit confirm cancel', 'revert it now'],
      ['gabarit confirm extend 10m', 'wait ten more minutes from now'],
      ['gabarit confirm status', 'what is waiting, and until when'],
      ['gabarit confirm expired', 'revert an unconfirmed change (for cron and at boot)'],
    ],
    complete: args => (args.length > 1 ? [] : ['cancel', 'extend', 'status', 'expired']),
    run: async invocation => (await import('../confirm.ts')).run(invocation),
  },
]
