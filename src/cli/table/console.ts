import { type Command, flag, JSON_OPTION, value, withVerbs } from '../../terminal/command.ts'

/** The subcommands of `gabarit web`. */
const VERBS: readonly Command[] = [
  {
    name: 'enable',
    summary: 'turn the console on, and make a one-time address for its first user',
    usage: '[USER]',
    options: [flag('dry-run', 'print the plan, change nothing')],
    examples: [
      ['gabarit web enable', 'the user is called as you are, or admin'],
      ['gabarit web enable --dry-run', 'what it would change'],
    ],
    run: async invocation => (await import('../web-switch.ts')).enable(invocation),
  },
  {
    name: 'disable',
    summary: 'turn the console off; its users stay',
    options: [flag('dry-run', 'print the plan, change nothing')],
    examples: [['gabarit web disable', 'until gabarit web enable']],
    run: async invocation => (await import('../web-switch.ts')).disable(invocation),
  },
  {
    name: 'login-link',
    summary: 'make a one-time address at which a user sets password and codes',
    usage: 'USER',
    examples: [['gabarit web login-link alice', 'for a new user, or after a forgotten password; valid for 10 minutes']],
    run: async invocation => (await import('../web.apart.ts')).loginLink(invocation),
  },
  {
    name: 'users',
    console: 'dangerous',
    listsAlone: true,
    summary: 'list the users of the console, or remove one',
    usage: '[remove USER]',
    arity: [0, 2],
    options: [JSON_OPTION],
    examples: [
      ['gabarit web users', 'who may log in'],
      ['gabarit web users remove alice', 'and end her sessions'],
    ],
    run: async invocation => (await import('../web.apart.ts')).users(invocation),
  },
  {
    name: 'passkeys',
    console: 'dangerous',
    listsAlone: true,
    summary: 'list the passkeys of the users, or remove one',
    usage: '[remove USER NAME]',
    arity: [0, 3],
    options: [JSON_OPTION],
    examples: [
      ['gabarit web passkeys', 'whose they are, and when they were used'],
      ["gabarit web passkeys remove alice 'Old phone'", 'she cannot log in with it any more'],
    ],
    run: async invocation => (await import('../web.apart.ts')).passkeys(invocation),
  },
  {
    name: 'sessions',
    console: 'change',
    listsAlone: true,
    summary: 'list the open sessions, or end those of a user',
    usage: '[end USER]',
    arity: [0, 2],
    options: [JSON_OPTION],
    examples: [
      ['gabarit web sessions', 'who is logged in, since when and from where'],
      ['gabarit web sessions end alice', 'log her out everywhere'],
    ],
    run: async invocation => (await import('../web.apart.ts')).sessions(invocation),
  },
  {
    name: 'helper',
    hidden: true,
    summary: 'run commands for the console (used by its socket)',
    options: [
      value('socket FILE', 'listen here; default: the socket that systemd passes'),
      value('user NAME', 'with --socket: the user that may connect; default: only root'),
      value('idle SECONDS', 'end when nobody has asked for so long; default: 1800'),
      flag('stay', 'do not end when there is nothing to do'),
    ],
    examples: [['gabarit web helper --socket /run/gabarit/helper.sock --user gabarit-web --stay', 'without systemd']],
    run: async invocation => (await import('../web.apart.ts')).helper(invocation),
  },
  {
    name: 'serve',
    hidden: true,
    forEverybody: true,
    summary: 'serve the pages of the console (used by its unit)',
    options: [value('helper FILE', 'the socket of the helper'), value('socket FILE', 'listen here')],
    examples: [
      ['gabarit web serve --helper /run/gabarit/helper.sock --socket /run/gabarit-web/http.sock', 'without systemd'],
    ],
    run: async invocation => (await import('../web.apart.ts')).serve(invocation),
  },
  {
    name: 'port',
    hidden: true,
    forEverybody: true,
    summary: 'lead from an own port to the pages of the console (used by its unit)',
    options: [
      value('port NUMBER', 'listen here, on all addresses'),
      value(
        'pem FILES',
        'certificate, those that lead to its authority, and key, comma-separated; default: standard input',
      ),
      value('networks LIST', 'who may come in'),
      value('pages FILE', 'the socket of the pages'),
    ],
    examples: [
      ['gabarit web port --port 981 --networks 192.168.1.0/24 --pages /run/gabarit-web/http.sock', 'without systemd'],
    ],
    run: async invocation => (await import('../web.apart.ts')).port(invocation),
  },
  {
    name: 'attend',
    hidden: true,
    summary: 'carry out a command that the helper has started (used by the helper)',
    usage: 'RUN',
    examples: [['gabarit web attend 1764400000000-0123456789abcdef', 'what it prints goes to a file']],
    run: async invocation => (await import('../web.apart.ts')).attend(invocation),
  },
]

/** Commands for the console in the browser. */
export const CONSOLE_COMMAND: Command = withVerbs('web', 'the console in the browser: users, sessions', VERBS)
