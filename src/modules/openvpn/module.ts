import { type Command, flag, JSON_OPTION, keysOf, paths, value, withVerbs } from '../../terminal/command.ts'
import type { Module } from '../../terminal/module.ts'

/** The subcommands of `gabarit vpn`. */
const VERBS: readonly Command[] = [
  {
    name: 'clients',
    console: 'read',
    summary: 'list all clients: certificate, connections, addresses, bytes',
    usage: '[NAME]',
    options: [JSON_OPTION],
    examples: [
      ['gabarit vpn clients', 'one line per connection'],
      ['gabarit vpn clients setsuna', 'one client, for example before revoking its certificate'],
    ],
    complete: keysOf('vpn'),
    run: async invocation => (await import('./commands/clients.ts')).run(invocation),
  },
  {
    name: 'profile',
    console: 'dangerous',
    printsSecrets: true,
    summary: 'print a file with everything a client needs, including its key',
    usage: 'NAME',
    options: [
      value('output FILE', 'write to this file, readable only by you', { complete: paths }),
      flag('qr', 'draw it as a QR code, for a phone'),
    ],
    examples: [['gabarit vpn profile setsuna --output setsuna.ovpn', 'transfer it securely']],
    complete: keysOf('vpn'),
    run: async invocation => (await import('./commands/profile.ts')).run(invocation),
  },
  {
    name: 'kill',
    console: 'change',
    summary: 'end the connection of a client; exit 1 if there is none',
    usage: 'NAME|IP:PORT',
    options: [flag('halt', 'tell the client not to reconnect')],
    examples: [['gabarit vpn kill setsuna', 'it reconnects unless --halt is given']],
    complete: keysOf('vpn'),
    run: async invocation => (await import('./commands/kill.ts')).run(invocation),
  },
  {
    name: 'restart',
    console: 'change',
    summary: 'restart a running server, so that it reloads its certificates',
    usage: 'NAME',
    examples: [['gabarit vpn restart openvpn', 'its clients reconnect automatically']],
    complete: keysOf('configuration', key => /^openvpn(-|$)/.test(key)),
    run: async invocation => (await import('./commands/restart.ts')).run(invocation),
  },
  {
    name: 'status',
    console: 'read',
    summary: 'show whether the servers run, and expiry dates; exit 1 if something is down or has expired',
    options: [JSON_OPTION],
    examples: [['gabarit vpn status', 'for people; --json for programs']],
    run: async invocation => (await import('./commands/status.ts')).run(invocation),
  },
]

const VPN_CHECK = { inStatus: 'certificates', mend: 'signal-event openvpn-update' }

export const MODULE: Module = {
  name: 'openvpn',
  commands: [withVerbs('vpn', 'the VPN: connected clients, profiles, disconnecting clients, expiry dates', VERBS)],
  actions: {
    'vpn-pki': async () => (await import('./actions/make-pki.ts')).makePki,
    'vpn-crl': async () => (await import('./actions/make-pki.ts')).renewInTime,
    'vpn-client-create': async () => (await import('./actions/clients.ts')).createClients,
    'vpn-client-renew': async () => (await import('./actions/clients.ts')).renewClient,
    'vpn-client-revoke': async () => (await import('./actions/revoke-client.ts')).revokeClient,
    'vpn-client-check': async () => (await import('./actions/client.ts')).checkClient,
    'vpn-client-reconnect': async () => (await import('./actions/client.ts')).reconnectClient,
  },
  checks: [
    { id: 'vpn', ...VPN_CHECK, run: async patient => (await import('./expiry.ts')).serverEnds(patient) },
    { id: 'vpn-clients', ...VPN_CHECK, run: async patient => (await import('./expiry.ts')).clientEnds(patient) },
  ],
}
