import { isIP } from 'node:net'
import { usageFailure } from '../../base/failure.ts'
import type { Records } from '../../db/record.ts'
import { splitList } from '../../template/text.ts'
import type { Carrier } from './cluster/carriers.ts'

/** The usual ports of etcd. */
export const [STORE_PORT, PEER_PORT] = ['2379', '2380']

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

/** The member of the store on this host, as its record says; undefined: it has none. */
export function storeHere(configuration: Records): Omit<Carrier, 'host'> | undefined {
  const { status, ...settings } = Object.fromEntries(configuration.get('etcd')?.properties ?? [])
  return status === 'enabled' && settings.Addresses ? storeAt(settings) : undefined
}

/** A member of the store with these settings: the others reach it at its first address. */
export function storeAt({ Addresses, TCPPort, PeerPort }: Readonly<Record<string, string>>): Omit<Carrier, 'host'> {
  const addresses = splitList(Addresses, ',')
  return {
    peer: endpointAt(addresses[0] ?? '', PeerPort || PEER_PORT),
    endpoints: addresses.map(host => endpointAt(host, TCPPort || STORE_PORT)),
  }
}

/** How this host reaches the member of the store that it carries: even behind a router. */
export function ownEndpoint(configuration: Records): string {
  return endpointAt('127.0.0.1', configuration.get('etcd')?.properties.get('TCPPort') || STORE_PORT)
}

export function endpointAt(host: string, port: string): string {
  return `https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`
}
