import { type Command, flag } from '../../terminal/command.ts'

/** Read-only commands. Each of them has --json too. */
export const READING_COMMANDS: readonly Command[] = [
  {
    name: 'status',
    console: 'read',
    summary: 'show what has changed but is not applied yet, at a glance',
    examples: [['gabarit status', 'properties, files, manual edits, pending adjustments']],
    run: async invocation => (await import('../status.ts')).run(invocation),
  },
  {
    name: 'verify',
    console: 'read',
    summary: 'exit 1 if a file does not match databases and templates',
    options: [flag('effective', 'also ask daemons and the kernel whether what the records say is in effect')],
    examples: [
      ['gabarit verify', 'for a nightly check'],
      ['gabarit verify --effective', 'whether sshd, the packet filter and the others really do it'],
    ],
    run: async invocation => (await import('../status.ts')).verify(invocation),
  },
  {
    name: 'diff',
    console: 'read',
    summary: 'show what is not applied yet, or has changed since an entry: properties, files, services',
    usage: '[ID|last-good]',
    options: [flag('commands', 'print only the properties, as commands that set them')],
    examples: [
      ['gabarit diff', 'what an event would apply'],
      ['gabarit diff 41', 'what has changed since entry 41'],
      ['gabarit diff last-good', 'what has changed since the last successful entry'],
      ['gabarit diff --commands', 'commands to repeat the changes on another server'],
    ],
    complete: async (args, places) =>
      args.length > 1 ? [] : ['last-good', ...(await import('../completers.ts')).entries(args, places)],
    run: async invocation => (await import('../diff.ts')).run(invocation),
  },
  {
    name: 'cat',
    summary: 'print a file as it would be generated now',
    usage: 'FILE',
    examples: [['gabarit cat /etc/hosts', 'write nothing']],
    complete: async (...typed) => (await import('../completers.ts')).files(...typed),
    run: async invocation => (await import('../cat.ts')).run(invocation),
  },
  {
    name: 'managed',
    console: 'read',
    summary: 'list the files that gabarit has written',
    examples: [['gabarit managed', 'one path per line']],
    run: async invocation => (await import('../managed.ts')).run(invocation),
  },
  {
    name: 'explain',
    console: 'read',
    summary: 'show which fragments generated a file or a line, and what they read',
    usage: 'FILE[:LINE]',
    examples: [
      ['gabarit explain /etc/hosts', 'the fragments of a file'],
      ['gabarit explain /etc/httpd/conf/httpd.conf:120', 'where line 120 comes from'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).files(...typed),
    run: async invocation => (await import('../explain.ts')).run(invocation),
  },
  {
    name: 'impact',
    console: 'read',
    summary: 'show which files, events and services depend on a record',
    usage: 'DATABASE KEY',
    examples: [['gabarit impact configuration letsencrypt', 'what changing letsencrypt would affect']],
    complete: async (...typed) => (await import('../completers.ts')).records(...typed),
    run: async invocation => (await import('../impact.ts')).run(invocation),
  },
  {
    name: 'events',
    console: 'read',
    summary: 'list the events and what they are for, or show what one runs, makes and adjusts',
    usage: '[EVENT]',
    examples: [
      ['gabarit events', 'shipped ones and your own, with their arguments'],
      ['gabarit events domain-create', 'actions, files and services of one'],
    ],
    complete: async (...typed) => (await import('../completers.ts')).events(...typed),
    run: async invocation => (await import('../events.ts')).run(invocation),
  },
  {
    name: 'templates',
    console: 'read',
    summary: 'list the templates and what their files are for',
    examples: [['gabarit templates', 'shipped ones and your own']],
    run: async invocation => (await import('../templates.ts')).run(invocation),
  },
  {
    name: 'lint',
    console: 'read',
    summary: 'find mistakes in templates, events, descriptions and old values',
    examples: [['gabarit lint', 'check everything; exit 1 if there is an error']],
    run: async invocation => (await import('../lint.ts')).run(invocation),
  },
  {
    name: 'modules',
    console: 'read',
    forEverybody: true,
    summary: 'the modules: versions, commands, what they override and what overrides them',
    examples: [
      ['gabarit modules', 'ours, and those that somebody has installed; exit 1 when something is wrong with one'],
      ['gabarit modules --json', 'for scripts'],
    ],
    run: async invocation => (await import('../show-modules.ts')).run(invocation),
  },
  {
    name: 'doctor',
    console: 'read',
    summary: 'check this server, and show the commands that fix problems',
    examples: [['gabarit doctor', 'exit 1 if there is an error']],
    run: async invocation => (await import('../doctor/doctor.ts')).run(invocation),
  },
]
