import { type Command, flag, JSON_OPTION, value } from '../../terminal/command.ts'

/** Commands for setting up, and those that other programs call. */
export const SETUP_COMMANDS: readonly Command[] = [
  {
    name: 'initialize-default-databases',
    summary: 'migrate the databases and fill in defaults and forced values',
    options: [flag('dry-run', 'print what would change, write nothing'), JSON_OPTION],
    examples: [['gabarit initialize-default-databases', 'a second run changes nothing']],
    run: async invocation => (await import('../initialize.ts')).run(invocation),
  },
  {
    name: 'import',
    summary: 'import a folder of SME Server databases',
    usage: '--tree FOLDER',
    arity: [0, 0],
    options: [value('tree', 'folder of flat files, such as /home/e-smith/db'), JSON_OPTION],
    examples: [['gabarit import --tree /home/e-smith/db', 'every file there becomes a database']],
    run: async invocation => (await import('../import.ts')).run(invocation),
  },
  {
    name: 'completion',
    forEverybody: true,
    summary: 'print the completion script for bash',
    examples: [['eval "$(gabarit completion)"', 'complete commands, keys and values in this shell']],
    run: async invocation => (await import('../complete.ts')).script(invocation),
  },
  {
    name: 'complete',
    forEverybody: true,
    summary: 'print the words that could come next (used by the completion script)',
    usage: '-- PROGRAM [WORD...]',
    examples: [['gabarit complete -- config setprop letsencrypt status ""', 'one word per line']],
    run: async invocation => (await import('../complete.ts')).run(invocation),
  },
  {
    name: 'act',
    summary: 'run one of the actions of events in src (used by the actions themselves)',
    usage: 'ACTION EVENT [ARGUMENT...]',
    options: [flag('dry-run', 'print what would be made, change nothing')],
    examples: [['gabarit act vpn-pki -- openvpn-update', 'as if an event had this action and nothing else']],
    run: async invocation => (await import('../act.ts')).run(invocation),
  },
  {
    name: 'judge',
    summary: 'run checkers in a private view of staged files (used by gabarit itself)',
    examples: [['gabarit judge < request.json', 'src/system/private-view.ts describes the request']],
    run: async invocation => {
      invocation.print(await (await import('../../system/private-view.ts')).judgeFromInput())
      return 0
    },
  },
]
