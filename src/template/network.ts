import { type Address, formatAddress, parseAddress, prefixLength } from '../base/address.ts'
import { cached } from '../base/cached.ts'
import { FORMATS, isInterface, isPorts } from '../db/formats.ts'
import type { RecordView } from './databases.ts'
import { splitList } from './text.ts'
import { Unfit } from './unfit.ts'

/** A network, as `net()` returns it to fragments. */
export interface Network {
  /** `192.168.1.0/24` */
  readonly cidr: string
  readonly family: 4 | 6
  readonly network: string
  /** Dotted netmask; for IPv6 the prefix length. */
  readonly mask: string
  readonly bits: number
  readonly first: string
  readonly last: string
  readonly broadcast: string
  /** Whether an address belongs to the network. */
  readonly has: (address: string) => boolean
}

/**
 * A network from an address with its netmask or prefix length: `net('10.0.0.1', '255.0.0.0')`, `net('10.0.0.1/8')`, and
 * `net('10.0.0.1 255.0.0.0')`, as a property of the format `subnet` may contain it.
 * @throws TypeError if it is not a network
 */
export function net(address: string, mask?: string): Network {
  return cached(known, mask === undefined ? address : `${address}\0${mask}`, () =>
    Object.freeze(makeNetwork(address, mask)),
  )
}

/** Fragments ask for the same few networks again for each of thousands of records. */
const known = new Map<string, Network>()

function makeNetwork(address: string, mask: string | undefined): Network {
  const [host = '', suffix, ...more] = mask === undefined ? address.split(/\/| +/) : [address, mask]
  if (more.length > 0) throw new TypeError(`${JSON.stringify(address)} is not a network`)
  const { value, width } = addressOf(host)
  const bits = suffix === undefined ? width : prefixLength(suffix, width)
  if (bits === undefined) throw new TypeError(`${JSON.stringify(suffix)} is not a netmask or prefix length`)
  const size = 1n << BigInt(width - bits)
  const base = value & ~(size - 1n)
  const end = base + size - 1n
  const usable = size > 2n && width === 32 ? 1n : 0n
  const text = (value: bigint) => formatAddress({ value, width })
  return {
    cidr: `${text(base)}/${bits}`,
    family: width === 32 ? 4 : 6,
    network: text(base),
    mask: width === 32 ? text(((1n << 32n) - 1n) & ~(size - 1n)) : String(bits),
    bits,
    first: text(base + usable),
    last: text(end - usable),
    broadcast: text(end),
    has: other => {
      const candidate = addressOf(other)
      return candidate.width === width && candidate.value >= base && candidate.value <= end
    },
  }
}

const PRIVATE = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
]

/** Arithmetic with single addresses. */
export const ip = {
  /** The address `count` addresses later. */
  add: (address: string, count: number): string => {
    const { value, width } = addressOf(address)
    const sum = value + BigInt(count)
    if (sum < 0n || sum >> BigInt(width) !== 0n) throw new RangeError(`there is no address ${count} after ${address}`)
    return formatAddress({ value: sum, width })
  },
  /** The address as a number. */
  num: (address: string): bigint => addressOf(address).value,
  /** Private, loopback or link-local (RFC 1918, 3927, 4193, 4291). */
  isPrivate: (address: string): boolean => PRIVATE.some(range => net(range).has(address)),
}

/** Orders records by `IpAddress`/`InternalIP`, or plain addresses. Anything that is not an address comes last. */
export function compareAddresses(a: string, b: string): number {
  const [left, right] = [a, b].map(parseAddress)
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined)
  return left.width - right.width || (left.value < right.value ? -1 : left.value > right.value ? 1 : 0)
}

function addressOf(text: string): Address {
  const address = parseAddress(text)
  if (address === undefined) throw new TypeError(`${JSON.stringify(text)} is not an IP address`)
  return address
}

/**
 * The ports of list properties: `80`, ranges as `6000:6010`.
 * @throws Unfit that names record and property, for anything that is not a port from 1 to 65535
 */
export function portsIn(record: RecordView, ...names: string[]): string[] {
  return elementsIn(record, names, 'a port (1 to 65535) or a range of ports (6000:6010)', text =>
    isPorts(text) ? text : undefined,
  )
}

/** Reads the addresses and networks of list properties, IPv4 and IPv6, also of files named there. */
export type NetworkReader = (record: RecordView, ...names: string[]) => Network[]

const NETWORK = 'an address or a network (192.168.1.0/24, fd00::/64)'

/**
 * @param readFile the text of a file; undefined if there is none
 * @returns a reader that throws an Unfit that names record and property, for anything else
 */
export function networkReader(readFile: (path: string) => string | undefined): NetworkReader {
  return (record, ...names) =>
    elementsIn(
      record,
      names,
      NETWORK,
      (text, place) => (text.startsWith('/') ? networksOfFile(text, readFile(text), place) : networkFrom(text)),
      FORMATS.subnet?.meant,
    ).flat()
}

/**
 * The networks in a file: one on each line; `#` and `;` begin a comment. A file without any is refused, as one that is missing:
 * an empty list can mean everybody.
 */
function networksOfFile(path: string, text: string | undefined, place: string): Network[] {
  if (text === undefined) throw new Unfit(`${place}: ${path} does not exist`)
  return cached(files, text, () => networksOfText(path, text, place))
}

/** By the text of the file. Each record that names a list of a country asks for its thousands of networks. */
const files = new Map<string, Network[]>()

function networksOfText(path: string, text: string, place: string): Network[] {
  const networks = text.split('\n').flatMap((line, index) => {
    const word = line.replace(/[#;].*/, '').trim()
    if (word === '') return []
    const network = networkFrom(word)
    if (network !== undefined && network.bits > 0) return network
    const what = network === undefined ? `is not ${NETWORK}` : 'is every address'
    throw new Unfit(`${place}: ${path}:${index + 1}: ${JSON.stringify(word.slice(0, 60))} ${what}`)
  })
  if (networks.length === 0) throw new Unfit(`${place}: ${path} has no network`)
  return networks
}

function networkFrom(text: string): Network | undefined {
  return FORMATS.network?.accepts(text) || FORMATS.subnet?.accepts(text) ? net(text) : undefined
}

/**
 * The network interfaces of a list property. A name that ends in `+` matches every interface with that prefix.
 * @throws Unfit that names record and property, for a name that Linux would not accept
 */
export function interfacesIn(record: RecordView, name: string): string[] {
  return elementsIn(record, [name], 'the name of a network interface (eth0, tun+)', text =>
    isInterface(text) ? text : undefined,
  )
}

function elementsIn<Element>(
  record: RecordView,
  names: readonly string[],
  kind: string,
  read: (text: string, place: string) => Element | undefined,
  meant?: (text: string) => string | undefined,
): Element[] {
  return names.flatMap(name => {
    const value = record[name] ?? ''
    const parts = splitList(value)
    // Without any element it is no empty list: that could mean everybody.
    return (value !== '' && parts.length === 0 ? [value] : parts).map(text => {
      const place = `the record "${record.key}", property ${name}`
      const element = read(text, place)
      if (element !== undefined) return element
      const better = meant?.(text)
      const hint = better === undefined ? '' : `; did you mean "${better}"?`
      throw new Unfit(`${place}: ${JSON.stringify(text)} is not ${kind}${hint}`)
    })
  })
}
