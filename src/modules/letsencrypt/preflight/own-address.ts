import { BlockList, isIPv4 } from 'node:net'

/** Ranges that are not routed on the internet (RFC 6890, RFC 6598, RFC 4193), with their length in bits. */
const RANGES: readonly (readonly [address: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['2001:db8::', 32],
]

const list = new BlockList()
for (const [address, bits] of RANGES) list.addSubnet(address, bits, familyOf(address))

/** Whether an IP address is public, not only valid in a private network. */
export function isInternetAddress(address: string): boolean {
  return !list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv4(address) ? 'ipv4' : 'ipv6'
}
