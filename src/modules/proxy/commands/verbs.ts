import { type Command, JSON_OPTION } from '../../../terminal/command.ts'

/** The verbs of `gabarit proxy`. */
export const VERBS: readonly Command[] = [
  {
    name: 'check',
    summary: 'ask each public name through the proxy, and the servers behind it directly',
    usage: '[NAME]',
    arity: [0, 1],
    options: [JSON_OPTION],
    examples: [
      ['gabarit proxy check', 'status, time, certificate, redirection of all; exit 1 when something is wrong'],
      ['gabarit proxy check plex.example.com', 'of one'],
    ],
    run: async invocation => (await import('./check.ts')).run(invocation),
  },
]
