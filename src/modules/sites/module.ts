import { type Command, JSON_OPTION, keysOf, withVerbs } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'

const VERBS: readonly Command[] = [
  {
    name: 'log',
    console: 'read',
    summary: 'print the last 200 lines about the site of a domain in the logs of the web servers',
    usage: 'NAME',
    options: [JSON_OPTION],
    examples: [['gabarit site log example.org', 'from its own logs if it has OwnLogs, with their errors']],
    complete: keysOf('domains'),
    run: async invocation => (await import('./log.ts')).run(invocation),
  },
]

export const MODULE: Module = {
  name: 'sites',
  commands: [withVerbs('site', 'the web sites of the domains: read their logs', VERBS)],
  checks: [],
}
