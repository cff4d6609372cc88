import { networkInterfaces } from 'node:os'
import { defined } from '../../base/defined.ts'
import type { Descriptions } from '../../db/describe.ts'
import { nameFact } from '../../db/detect.ts'
import type { Records } from '../../db/record.ts'
import type { Places } from '../../system/places.ts'
import { readText } from '../../system/read-files.ts'

/** What is different on every machine. */
export interface Machine {
  /** Its host name, one label. */
  readonly name: string
  readonly interfaces: readonly string[]
  readonly addresses: readonly string[]
}

/** A value that names a part of the machine that an archive is from. */
export interface Named {
  readonly kind: 'interface' | 'address' | 'name'
  /** `configuration firewall ExternalInterface` */
  readonly where: string
  readonly value: string
}

export function thisMachine(places: Places): Machine {
  // Those of tunnels belong to the configuration, not to the machine.
  const own = Object.entries(networkInterfaces()).filter(([name]) => !/^(lo|tun|tap|wg)/.test(name))
  // Those without a cable, too: proc(5).
  const interfaces = [...readText('/proc/net/dev').matchAll(/^ *([^:|]+):/gm)].map(([, name = '']) => name)
  return {
    name: nameFact(places, 'hostname'),
    interfaces: interfaces.filter(name => name !== 'lo'),
    addresses: own.flatMap(([, all]) => all?.map(({ address }) => address) ?? []),
  }
}

/**
 * Values that name an interface, an address of its own, or the name of the machine that they are from.
 * @param former that machine; undefined: unknown
 */
export function namedIn(
  databases: ReadonlyMap<string, Records>,
  descriptions: Descriptions,
  former: Machine | undefined,
): Named[] {
  const addresses = new Set(former?.addresses)
  return [...databases].flatMap(([database, records]) =>
    [...records.values()].flatMap(({ key, type, properties }): Named[] => {
      const named = (kind: Named['kind'], value: string, property?: string) => ({
        ...{ kind, value },
        where: [database, key, ...Object.values(defined({ property }))].join(' '),
      })
      const isOwn = database === 'configuration' && key === 'LocalIP' && !isLoopback(type)
      const isName = database === 'configuration' && key === 'SystemName'
      const described = descriptions.of(database, key, type)?.properties
      return [
        ...(isOwn || addresses.has(type) ? [named('address', type)] : []),
        ...(isName ? [named('name', type)] : []),
        ...[...properties].flatMap(([property, value]) => {
          if (addresses.has(value)) return [named('address', value, property)]
          const isInterface = described?.get(property)?.format === 'interface' && value !== ''
          return isInterface && !value.startsWith('tun') ? [named('interface', value, property)] : []
        }),
      ]
    }),
  )
}

/** Whether this machine has what a value names. */
export function isHere({ kind, value }: Pick<Named, 'kind' | 'value'>, machine: Machine): boolean {
  if (kind === 'name') return value === machine.name
  if (kind === 'address') return machine.addresses.includes(value)
  const [start, ...more] = value.split('+')
  return more.length > 0
    ? machine.interfaces.some(name => name.startsWith(start ?? ''))
    : machine.interfaces.includes(value)
}

/** What could stand for it. */
export function choicesFor({ kind }: Named, { name, interfaces, addresses }: Machine): readonly string[] {
  if (kind === 'name') return [name]
  return kind === 'interface' ? interfaces : addresses
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
