import { COMMENT_OPTION, CONFIRM_OPTIONS, type Command, JSON_OPTION, OVERWRITE_OPTION } from '../command.ts'

/** Commands that make files, run events and adjust services. */
export const CHANGING: readonly Command[] = [
  {
    name: 'signal-event',
    summary: 'run an event: actions, templates, services',
    usage: 'EVENT [ARGUMENT...]',
    arity: [1, Number.POSITIVE_INFINITY],
    options: [
      { name: 'dry-run', type: 'boolean', describe: 'print the diffs and the adjustments, change nothing' },
      OVERWRITE_OPTION,
      COMMENT_OPTION,
      ...CONFIRM_OPTIONS,
      JSON_OPTION,
    ],
    examples: [
      ['signal-event console-save', 'bring all settings to life'],
      ['signal-event --dry-run domain-modify example.org', 'see what would change'],
    ],
    run: async invocation => (await import('../signal-event.ts')).run(invocation),
  },
  {
    name: 'expand-template',
    summary: 'make configuration files from their templates',
    usage: 'TEMPLATE...',
    arity: [0, Number.POSITIVE_INFINITY],
    options: [
      { name: 'all', type: 'boolean', describe: 'every template there is' },
      { name: 'output', type: 'string', alias: ['output_filename'], describe: 'write to this file instead' },
      { name: 'stdout', type: 'boolean', describe: 'print the result, write nothing' },
      { name: 'diff', type: 'boolean', alias: ['dry-run'], describe: 'print what would change, write nothing' },
      { name: 'expand_queue', type: 'string', describe: 'look for templates in this folder only' },
      OVERWRITE_OPTION,
      JSON_OPTION,
    ],
    examples: [
      ['expand-template /etc/hosts', 'make one file'],
      ['expand-template --diff /etc/httpd/conf/httpd.conf', 'see what would change'],
      ['expand-template --all', 'make everything'],
    ],
    run: async invocation => (await import('../expand-template.ts')).run(invocation),
  },
  {
    name: 'apply',
    summary: 'bring changed properties to life, without naming an event',
    usage: '',
    arity: [0, 0],
    options: [
      { name: 'all', type: 'boolean', describe: 'every template, not only those that read what changed' },
      { name: 'dry-run', type: 'boolean', describe: 'print the plan and its name, change nothing' },
      { name: 'plan', type: 'string', describe: 'only if the plan is still the one of this name' },
      OVERWRITE_OPTION,
      COMMENT_OPTION,
      ...CONFIRM_OPTIONS,
    ],
    examples: [
      ['gabarit apply --dry-run', 'see what would happen'],
      ['gabarit apply --comment "new host"', 'make it so'],
    ],
    run: async invocation => (await import('../apply.ts')).run(invocation),
  },
  {
    name: 'discard',
    summary: 'take back property changes since the last event',
    usage: '',
    arity: [0, 0],
    options: [{ name: 'dry-run', type: 'boolean', describe: 'print what would be taken back' }],
    examples: [['gabarit discard', 'as if they had not been made']],
    run: async invocation => (await import('../discard.ts')).run(invocation),
  },
  {
    name: 'confirm',
    summary: 'keep a change that was made with --confirm-within, or take it back',
    usage: '[cancel|extend DURATION|status|expired]',
    arity: [0, 2],
    options: [JSON_OPTION],
    examples: [
      ['gabarit confirm', 'keep the change'],
      ['gabarit confirm cancel', 'take it back now'],
      ['gabarit confirm extend 10m', 'ten minutes from now'],
      ['gabarit confirm status', 'what waits, until when, who guards it'],
      ['gabarit confirm expired', 'take back what nobody confirmed (for cron and the start of the machine)'],
    ],
    run: async invocation => (await import('../confirm.ts')).run(invocation),
  },
]
