import { type DbRecord, makeRecord } from '../record.ts'
import { elements, textIn } from './meaning.ts'
import type { Say } from './remark.ts'

/** How SME Server writes "everybody". Its panel denies everybody once it allows somebody. */
const EVERYBODY = '0.0.0.0/0'
const NOBODY = 'it allows nobody'

/**
 * SME Server has one database of port forwards per protocol, `portforward_tcp` and `portforward_udp`, whose keys are ports
 * (`80`, `6000-6010`). Here they are all records of `portforwards`: `tcp-80`.
 */
export function portForward(protocol: string, record: DbRecord, say: Say): DbRecord {
  const { key, properties } = record
  const value = (name: string) => textIn(record, name).trim()
  const [port, toPort] = [key.trim().replace('-', ':'), value('DestPort').replace('-', ':')]
  const [host, allow, deny] = [value('DestHost'), elements(record, 'AllowHosts'), elements(record, 'DenyHosts')]
  const denied = deny.filter(network => network !== EVERYBODY)
  const why = impossible(port, host, toPort) ?? (deny.length > denied.length && allow.length === 0 ? NOBODY : undefined)
  if (why !== undefined) say('closed', `imported as disabled: ${why}`)
  if (allow.length > 0 && denied.length === deny.length) say('closed', 'only its AllowHosts can use it')
  return makeRecord(`${protocol}-${key.trim()}`, 'portforward', [
    ...[...properties].filter(([name]) => name !== 'DestHost'),
    ...(isThisServer(host) ? [] : [['DestHost', host] as const]),
    ['Protocol', protocol],
    ['Port', port],
    ['DestPort', toPort === port || toPort.includes(':') ? '' : toPort],
    ['AllowHosts', allow.join()],
    ['DenyHosts', denied.join()],
    ['status', why === undefined ? value('status') || 'enabled' : 'disabled'],
  ])
}

/** What our records cannot express. */
function impossible(port: string, host: string, toPort: string): string | undefined {
  if (isThisServer(host))
    return `it forwards to port ${toPort || port} of the server itself; open that with access and TCPPort or UDPPort of its service`
  if (toPort !== '' && toPort !== port && (port.includes(':') || toPort.includes(':')))
    return `a range keeps its port numbers, so ${port} cannot be forwarded to ${toPort}`
  return undefined
}

function isThisServer(host: string): boolean {
  return host === 'localhost' || host === '127.0.0.1'
}
