import { isInterface, isPorts } from '../db/formats.ts'
import type { RecordView } from './databases.ts'
import { type Network, net } from './network.ts'
import { splitList } from './text.ts'

/**
 * The ports of list properties: `80`, ranges as `6000:6010`.
 * @throws TypeError that names record and property, for anything that is not a port from 1 to 65535
 */
export function portsIn(record: RecordView, ...names: string[]): string[] {
  return names.flatMap(name =>
    splitList(record[name]).map(text => {
      if (isPorts(text)) return text
      throw wrong(record, name, text, 'a port (1 to 65535) or a range of ports (6000:6010)')
    }),
  )
}

/**
 * The addresses and networks of list properties, IPv4 and IPv6.
 * @throws TypeError that names record and property, for anything else
 */
export function networksIn(record: RecordView, ...names: string[]): Network[] {
  return names.flatMap(name =>
    splitList(record[name]).map(text => {
      try {
        return net(text)
      } catch {
        throw wrong(record, name, text, 'an address or a network (192.168.1.0/24, fd00::/64)')
      }
    }),
  )
}

/**
 * The network interfaces of a list property. A name that ends in `+` matches every interface with that prefix.
 * @throws TypeError that names record and property, for a name that Linux would not accept
 */
export function interfacesIn(record: RecordView, name: string): string[] {
  return splitList(record[name]).map(text => {
    if (isInterface(text)) return text
    throw wrong(record, name, text, 'the name of a network interface (eth0, tun+)')
  })
}

function wrong({ key }: RecordView, name: string, text: string, kind: string): TypeError {
  return new TypeError(`the record "${key}", property ${name}: ${JSON.stringify(text)} is not ${kind}`)
}
