import { type Command, JSON_OPTION } from '../command.ts'

/** The reverse proxy. */
export const PROXIES: readonly Command[] = [
  {
    name: 'proxy',
    summary: 'ask each public name through the proxy, and the servers behind it directly',
    usage: 'check [NAME]',
    arity: [1, 2],
    options: [JSON_OPTION],
    examples: [
      ['gabarit proxy check', 'status, time, certificate, redirection of all; exit 1 when something is wrong'],
      ['gabarit proxy check plex.example.com', 'of one'],
    ],
    run: async invocation => (await import('../proxy.ts')).run(invocation),
  },
]
