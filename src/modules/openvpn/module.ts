import { type Command, JSON_OPTION, keysOf } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'
import { withVerbs } from '../../terminal/with-verbs.ts'

/** The verbs of `gabarit vpn`. */
const VERBS: readonly Command[] = [
  {
    name: 'clients',
    summary: 'all clients: certificate, connections, addresses, bytes',
    usage: '[NAME]',
    arity: [0, 1],
    options: [JSON_OPTION],
    examples: [
      ['gabarit vpn clients', 'a line for each connection'],
      ['gabarit vpn clients setsuna', 'one client: before its certificate is revoked, say'],
    ],
    complete: keysOf('vpn'),
    run: async invocation => (await import('./commands/clients.ts')).run(invocation),
  },
  {
    name: 'profile',
    summary: 'one file that is all a client needs, its key too',
    usage: 'NAME',
    arity: [1, 1],
    options: [
      { name: 'output', type: 'string', describe: 'write this file, readable for you only' },
      { name: 'qr', type: 'boolean', describe: 'draw it as a QR code, for a phone' },
    ],
    examples: [['gabarit vpn profile setsuna --output setsuna.ovpn', 'hand it over by a safe way']],
    complete: keysOf('vpn'),
    run: async invocation => (await import('./commands/profile.ts')).run(invocation),
  },
  {
    name: 'kill',
    summary: 'end the connection of a client',
    usage: 'NAME',
    arity: [1, 1],
    options: [{ name: 'halt', type: 'boolean', describe: 'tell the client not to come back' }],
    examples: [['gabarit vpn kill setsuna', 'it comes back unless --halt is given']],
    complete: keysOf('vpn'),
    run: async invocation => (await import('./commands/kill.ts')).run(invocation),
  },
  {
    name: 'restart',
    summary: 'restart a server that runs, so that it reads its certificates anew',
    usage: 'NAME',
    arity: [1, 1],
    options: [],
    examples: [['gabarit vpn restart openvpn', 'its clients come back by themselves']],
    complete: keysOf('configuration', key => /^openvpn(-|$)/.test(key)),
    run: async invocation => (await import('./commands/restart.ts')).run(invocation),
  },
  {
    name: 'status',
    summary: 'do the servers run, and what ends when? exit 1 when something is down or over',
    usage: '',
    arity: [0, 0],
    options: [JSON_OPTION],
    examples: [['gabarit vpn status', 'for people; --json for programs']],
    run: async invocation => (await import('./commands/status.ts')).run(invocation),
  },
]

const VPN_CHECK = { inStatus: 'certificates', mend: 'signal-event openvpn-update' }

export const MODULE: Module = {
  name: 'openvpn',
  commands: [withVerbs('vpn', 'the VPN: connected clients, profiles, disconnecting clients, expiry dates', VERBS)],
  checks: [
    { id: 'vpn', ...VPN_CHECK, run: async patient => (await import('./doctor.ts')).serverEnds(patient) },
    { id: 'vpn-clients', ...VPN_CHECK, run: async patient => (await import('./doctor.ts')).clientEnds(patient) },
  ],
}
