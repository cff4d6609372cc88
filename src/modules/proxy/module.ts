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
]

export const MODULE: Module = {
  name: 'proxy',
  commands: [withVerbs('proxy', 'the reverse proxy: check that every public name answers', VERBS)],
  checks: [],
  actions: { 'nginx-reload': async () => (await import('./reload.ts')).reloadNginx },
}
