import { type Command, JSON_OPTION, keysOf } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'
import { withVerbs } from '../../terminal/with-verbs.ts'

/** The verbs of `gabarit proxy`. */
const VERBS: readonly Command[] = [
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
    complete: keysOf('proxies'),
    run: async invocation => (await import('./commands/check.ts')).run(invocation),
  },
]

export const MODULE: Module = {
  name: 'proxy',
  commands: [withVerbs('proxy', 'the reverse proxy: check that every public name answers', VERBS)],
  checks: [],
}
