import { type Command, flag } from '../../terminal/command.ts'

/** Commands that only programs call. */
export const INTERNAL_COMMANDS: readonly Command[] = [
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
