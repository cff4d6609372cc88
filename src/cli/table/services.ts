import { type Command, JSON_OPTION } from '../command.ts'

/** Commands of single services, for what their daemons must be asked. */
export const SERVICES: readonly Command[] = [
  {
    name: 'vpn',
    summary: 'the VPN: who is connected, profiles, throwing a client out, what ends when',
    usage: 'clients [NAME] | profile NAME | kill NAME | status',
    arity: [1, Number.POSITIVE_INFINITY],
    options: [
      { name: 'output', type: 'string', describe: 'profile: write this file, readable for you only' },
      { name: 'qr', type: 'boolean', describe: 'profile: draw it as a QR code, for a phone' },
      { name: 'halt', type: 'boolean', describe: 'kill: tell the client not to come back' },
      JSON_OPTION,
    ],
    examples: [
      ['gabarit vpn clients', 'all clients: certificate, connections, bytes'],
      ['gabarit vpn profile setsuna --output setsuna.ovpn', 'one file that is all a client needs'],
      ['gabarit vpn kill setsuna', 'end its connection; it comes back unless --halt is given'],
      ['gabarit vpn status', 'do the servers run, and when do certificates and lists end?'],
    ],
    run: async invocation => (await import('../vpn.ts')).run(invocation),
  },
]
