/** An IP address as a number, with the width of its family in bits. */
export interface Address {
  readonly value: bigint
  readonly width: 32 | 128
}

/**
 * Parses an IP address; undefined if it is invalid. Our own, because loading node:net would take longer than a whole `getprop`,
 * and it accepts zones (`fe80::1%eth0`), which configuration files do not.
 */
export function parseAddress(text: string): Address | undefined {
  const four = parseIPv4(text)
  if (four !== undefined) return { value: four, width: 32 }
  // The last two groups may be written as an IPv4 address (RFC 4291 §2.2).
  const [, start = '', dotted = ''] = /^(.*:)([\d.]+)$/.exec(text) ?? []
  const low = parseIPv4(dotted)
  const halves = (low === undefined ? text : `${start}${hex(low >> 16n)}:${hex(low & 0xffffn)}`).split('::')
  const [left = [], right] = halves.map(half => (half === '' ? [] : half.split(':')))
  const missing = 8 - left.length - (right?.length ?? 0)
  if (halves.length > 2 || (right === undefined ? missing !== 0 : missing < 1)) return undefined
  const groups = [...left, ...Array.from({ length: missing }, () => '0'), ...(right ?? [])]
  if (!groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return { value: groups.reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n), width: 128 }
}

function parseIPv4(text: string): bigint | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined
  return parts.reduce((sum, part) => (sum << 8n) + BigInt(part), 0n)
}

/** The text of an address: for IPv6 in lower case, the longest run of zero groups shortened (RFC 5952). */
export function formatAddress({ value, width }: Address): string {
  if (width === 32) return [24n, 16n, 8n, 0n].map(shift => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => hex((value >> BigInt(112 - 16 * index)) & 0xffffn))
  const runs = groups.join(':').match(/\b0(:0)+\b/g) ?? []
  const longest = runs.sort((a, b) => b.length - a.length)[0]
  if (longest === undefined) return groups.join(':')
  return groups.join(':').replace(new RegExp(`(^|:)${longest}(:|$)`), '::')
}

/** The length of a network's prefix, from the length or, for IPv4, the mask; undefined if it is neither. */
export function prefixLength(text: string, width: Address['width']): number | undefined {
  if (/^(0|[1-9]\d{0,2})$/.test(text)) return Number(text) <= width ? Number(text) : undefined
  return width === 32 ? maskLength(text) : undefined
}

/** How many bits of an IPv4 address a netmask covers; undefined if it is not a netmask. */
export function maskLength(mask: string): number | undefined {
  const bits = parseIPv4(mask)?.toString(2).padStart(32, '0')
  return bits !== undefined && /^1*0*$/.test(bits) ? bits.replaceAll('0', '').length : undefined
}

function hex(group: bigint): string {
  return group.toString(16)
}
