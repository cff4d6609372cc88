import { type Command, JSON_OPTION } from '../../../terminal/command.ts'

/** The verbs of `gabarit vpn`. */
export const VERBS: readonly Command[] = [
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
    run: async invocation => (await import('./clients.ts')).run(invocation),
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
    run: async invocation => (await import('./profile.ts')).run(invocation),
  },
  {
    name: 'kill',
    summary: 'end the connection of a client',
    usage: 'NAME',
    arity: [1, 1],
    options: [{ name: 'halt', type: 'boolean', describe: 'tell the client not to come back' }],
    examples: [['gabarit vpn kill setsuna', 'it comes back unless --halt is given']],
    run: async invocation => (await import('./kill.ts')).run(invocation),
  },
  {
    name: 'restart',
    summary: 'restart a server that runs, so that it reads its certificates anew',
    usage: 'NAME',
    arity: [1, 1],
    options: [],
    examples: [['gabarit vpn restart openvpn', 'its clients come back by themselves']],
    run: async invocation => (await import('./restart.ts')).run(invocation),
  },
  {
    name: 'status',
    summary: 'do the servers run, and what ends when? exit 1 when something is down or over',
    usage: '',
    arity: [0, 0],
    options: [JSON_OPTION],
    examples: [['gabarit vpn status', 'for people; --json for programs']],
    run: async invocation => (await import('./status.ts')).run(invocation),
  },
]
