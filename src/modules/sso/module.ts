import { type Command, flag, JSON_OPTION, MAKES_PLANS, value, withVerbs } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'

/** The subcommands of `gabarit sso`. */
const VERBS: readonly Command[] = [
  {
    name: 'check',
    console: 'read',
    summary: 'check record, provider, gateway, names and clock; exit 1 if something is wrong',
    options: [JSON_OPTION],
    examples: [['gabarit sso check', 'before the first login, or when nobody gets in']],
    run: async invocation => (await import('./gate.apart.ts')).check(invocation),
  },
  {
    name: 'metadata',
    console: 'read',
    summary: 'print the metadata for the identity provider',
    examples: [['gabarit sso metadata > gabarit.xml', 'give this file to the provider']],
    run: async invocation => (await import('./gate.apart.ts')).metadata(invocation),
  },
  {
    name: 'refresh',
    console: 'dangerous',
    summary: 'fetch the metadata of the provider (MetadataURL), and show which keys and addresses have changed',
    options: [
      value(`${MAKES_PLANS} ID`, 'store them, if they still say what was shown with this id'),
      flag('dry-run', 'store nothing'),
      JSON_OPTION,
    ],
    examples: [
      ['gabarit sso refresh', 'look at the changes'],
      ['gabarit sso refresh --plan 5d0e3f7ab21c', 'store what was shown; then: signal-event sso-update'],
    ],
    run: async invocation => (await import('./gate.apart.ts')).refresh(invocation),
  },
  {
    name: 'sessions',
    console: 'read',
    summary: 'list who is logged in',
    options: [JSON_OPTION],
    examples: [['gabarit sso sessions', 'one line for each browser']],
    run: async invocation => (await import('./gate.apart.ts')).sessions(invocation),
  },
  {
    name: 'end',
    console: 'change',
    summary: 'end all sessions of a user; exit 1 if there is none',
    usage: 'USER',
    examples: [['gabarit sso end alice', 'she has to log in again with her next request']],
    run: async invocation => (await import('./gate.apart.ts')).end(invocation),
  },
  {
    name: 'roll-keys',
    console: 'dangerous',
    summary: 'sign with the next key, and make another one: the provider must know the present metadata',
    examples: [['gabarit sso roll-keys', 'then give the new metadata to the provider']],
    run: async invocation => (await import('./gate.apart.ts')).rollKeys(invocation),
  },
  {
    name: 'serve',
    hidden: true,
    forEverybody: true,
    summary: 'answer front ends whose a cookie is (used by its unit)',
    options: [
      value('settings FILE', 'what it is told; the keys are beside it'),
      value('folder FOLDER', 'its sessions'),
      value('socket FILE', 'listen here'),
      value('port PORT', 'for Apache: a port of 127.0.0.1'),
    ],
    examples: [
      [
        'gabarit sso serve --settings /run/gate/gate.json --folder /var/lib/gabarit-gate --socket /run/gabarit-gate/http.sock',
        'without systemd',
      ],
    ],
    run: async invocation => (await import('./gate.apart.ts')).serve(invocation),
  },
]

export const MODULE: Module = {
  name: 'sso',
  commands: [withVerbs('sso', 'one login for several sites: sessions, metadata, keys', VERBS)],
  actions: { 'gate-keys': async () => (await import('./keys.ts')).makeKeys },
  checks: [
    {
      id: 'sso',
      inStatus: 'effective state',
      run: async patient => (await import('./doctor.ts')).checkQuickly(patient),
    },
  ],
}
