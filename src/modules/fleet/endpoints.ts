import { isIP } from 'node:net'
import { usageFailure } from '../../base/failure.ts'
import type { Records } from '../../db/record.ts'
import { splitList } from '../../template/text.ts'

/** The usual port of etcd. */
export const STORE_PORT = '2379'

/** `HOST` or `HOST:PORT`; addresses of IPv6 with a port in brackets. @throws Failure (usage) */
export function readAddress(text: string): { readonly host: string; readonly port: string } {
  const [, bracketed, name, given] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = (isIP(text) === 6 ? text : (bracketed ?? name ?? '')).toLowerCase()
  const port = given ?? STORE_PORT
  const isName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(host) && !/^[\d.]+$/.test(host)
  if ((isIP(host) !== 0 || isName) && Number(port) > 0 && Number(port) < 65536) return { host, port }
  throw usageFailure(
    `this is no address: ${JSON.stringify(text)}`,
    'Such as 192.168.1.5, fleet.example.org or 192.168.1.5:2379',
  )
}

/** How hosts reach the store: at this host, if it has it; else where this host reaches it. */
export function endpointsForHosts(configuration: Records, own: readonly string[]): readonly string[] {
  const etcd = configuration.get('etcd')?.properties
  const addresses = etcd?.get('status') === 'enabled' ? splitList(etcd.get('Addresses'), ',') : []
  return addresses.length === 0 ? own : addresses.map(host => endpointAt(host, etcd?.get('TCPPort') || STORE_PORT))
}

export function endpointAt(host: string, port: string): string {
  return `https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}
