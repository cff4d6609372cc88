import { isIPv4, isIPv6 } from 'node:net'

/** An address as a number, with the width of its family in bits. */
interface Address {
  readonly value: bigint
  readonly width: 32 | 128
}

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
  const [host = '', suffix, ...more] = mask === undefined ? address.split(/\/| +/) : [address, mask]
  if (more.length > 0) throw new TypeError(`${JSON.stringify(address)} is not a network`)
  const { value, width } = parseAddress(host)
  const bits = suffix === undefined ? width : prefixLength(suffix, width)
  const size = 1n << BigInt(width - bits)
  const base = value & ~(size - 1n)
  const end = base + size - 1n
  const usable = size > 2n && width === 32 ? 1n : 0n
  const text = (number: bigint) => formatAddress({ value: number, width })
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
      const candidate = parseAddress(other)
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
    const { value, width } = parseAddress(address)
    const sum = value + BigInt(count)
    if (sum < 0n || sum >> BigInt(width) !== 0n) throw new RangeError(`there is no address ${count} after ${address}`)
    return formatAddress({ value: sum, width })
  },
  /** The address as a number. */
  num: (address: string): bigint => parseAddress(address).value,
  /** Private, loopback or link-local (RFC 1918, 3927, 4193, 4291). */
  isPrivate: (address: string): boolean => PRIVATE.some(range => net(range).has(address)),
}

/** Orders records by `IpAddress`/`InternalIP`, or plain addresses. Anything that is not an address comes last. */
export function compareAddresses(a: string, b: string): number {
  const [left, right] = [a, b].map(text => (isIPv4(text) || isIPv6(text) ? parseAddress(text) : undefined))
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined)
  return left.width - right.width || (left.value < right.value ? -1 : left.value > right.value ? 1 : 0)
}

function parseAddress(text: string): Address {
  if (isIPv4(text)) return { value: text.split('.').reduce((sum, part) => (sum << 8n) + BigInt(part), 0n), width: 32 }
  if (!isIPv6(text) || text.includes('%')) throw new TypeError(`${JSON.stringify(text)} is not an IP address`)
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  if (tail?.[2] !== undefined) {
    const low = parseAddress(tail[2]).value
    return parseAddress(`${tail[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`)
  }
  const [head = '', rest] = text.split('::')
  const left = head.split(':').filter(Boolean)
  const right = (rest ?? '').split(':').filter(Boolean)
  const groups = [...left, ...Array.from({ length: 8 - left.length - right.length }, () => '0'), ...right]
  return { value: groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n), width: 128 }
}

function prefixLength(mask: string, width: number): number {
  if (/^\d{1,3}$/.test(mask) && Number(mask) <= width) return Number(mask)
  if (width === 32 && isIPv4(mask)) {
    const binary = parseAddress(mask).value.toString(2).padStart(32, '0')
    if (/^1*0*$/.test(binary)) return binary.indexOf('0') === -1 ? 32 : binary.indexOf('0')
  }
  throw new TypeError(`${JSON.stringify(mask)} is not a netmask or prefix length`)
}

/** RFC 5952 text for IPv6: lower case, the longest run of zero groups shortened. */
function formatAddress({ value, width }: Address): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map(shift => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  const runs = groups.join(':').match(/\b0(:0)+\b/g) ?? []
  const longest = runs.sort((a, b) => b.length - a.length)[0]
  if (longest === undefined) return groups.join(':')
  return groups.join(':').replace(new RegExp(`(^|:)${longest}(:|$)`), '::')
}
