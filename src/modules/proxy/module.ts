import { type Command, JSON_OPTION, keysOf, withVerbs } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'

const VERBS: readonly Command[] = [
  {
    name: 'check',
    console: 'read',
    summary: 'request each public name through the proxy, and each backend directly',
    usage: '[NAME]',
    options: [JSON_OPTION],
    examples: [
      ['gabarit proxy check', 'status, time, certificate and redirection of all; exit 1 if something is wrong'],
      ['gabarit proxy check plex.example.com', 'only this one'],
    ],
    complete: keysOf('proxies'),
    run: async invocation => (await import('./check.ts')).run(invocation),
  },
  {
    name: 'log',
    console: 'read',
    summary: 'print the last 200 lines about a proxy in the logs of nginx',
    usage: 'NAME',
    options: [JSON_OPTION],
    examples: [['gabarit proxy log plex.example.com', 'from its own logs if it has OwnLogs, with their errors']],
    complete: keysOf('proxies'),
    run: async invocation => (await import('./log.ts')).run(invocation),
  },
]

export const MODULE: Module = {
  name: 'proxy',
  commands: [withVerbs('proxy', 'the reverse proxy: check that every public name answers, read its logs', VERBS)],
  checks: [],
  actions: { 'nginx-reload': async () => (await import('./reload.ts')).reloadNginx },
}
