import { type DbRecord, makeRecord, type Records, sortedMap } from './record.ts'

/** How SME Server writes "everybody". Its panel denies everybody once it allows somebody. */
const EVERYBODY = '0.0.0.0/0'
const NOBODY = 'it allows nobody'

/**
 * SME Server has one database of port forwards per protocol, `portforward_tcp` and `portforward_udp`, whose keys are ports
 * (`80`, `6000-6010`). Here they are all records of `portforwards`: `tcp-80`.
 * @returns the records, and what was changed on the way
 */
export function convertPortForwards(protocol: string, former: Records): { records: Records; notes: string[] } {
  const notes: string[] = []
  const records = [...former.values()].map(record => {
    const note = (message: string) => notes.push(`record "${record.key}": ${message}`)
    return portForward(protocol, record, note)
  })
  return { records: sortedMap(records.map(record => [record.key, record])), notes }
}

function portForward(protocol: string, { key, properties }: DbRecord, note: (message: string) => void): DbRecord {
  const value = (name: string) => (properties.get(name) ?? '').trim()
  const list = (name: string) =>
    value(name)
      .split(/[\s,]+/)
      .filter(Boolean)
  const [port, toPort] = [key.trim().replace('-', ':'), value('DestPort').replace('-', ':')]
  const [host, allow, deny] = [value('DestHost'), list('AllowHosts'), list('DenyHosts')]
  const denied = deny.filter(network => network !== EVERYBODY)
  const why = impossible(port, host, toPort) ?? (deny.length > denied.length && allow.length === 0 ? NOBODY : undefined)
  if (why !== undefined) note(`imported as disabled: ${why}`)
  if (allow.length > 0 && denied.length === deny.length) note('only its AllowHosts can use it')
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
