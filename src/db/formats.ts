import { formatAddress, maskLength, parseAddress, prefixLength } from '../base/address.ts'

/** A kind of value: how it is recognised, and how an error describes it. */
interface Format {
  readonly accepts: (value: string) => boolean
  /** Ends the sentence `"x" is not …`. */
  readonly is: string
  /** The number that `minimum` and `maximum` compare. */
  readonly number?: (value: string) => number
  /** All the values, if they can be listed. */
  readonly values?: readonly string[]
  /** What was probably meant by a value that does not fit. */
  readonly meant?: (value: string) => string | undefined
}

const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const decimal = (value: string) => Number(value)

/** The address of a network, given with its length or mask. */
function subnet(is: string, fits: (value: string) => boolean = () => true): Format {
  return { accepts: value => fits(value) && !Number.isNaN(prefixOf(value)), is, number: prefixOf, meant: networkOf }
}

function choice(is: string, ...values: string[]): Format {
  return { accepts: value => values.includes(value), is, values }
}

/** Every format that a description can name. */
export const FORMATS: Readonly<Record<string, Format>> = {
  hostname: { accepts: isHostname, is: 'a host name (letters, digits and "-" between dots)', meant: asciiName },
  wildcard: {
    accepts: value => isHostname(value.replace(/^\*\./, '')),
    is: 'a host name, optionally after "*." (letters, digits and "-" between dots)',
    meant: asciiName,
  },
  ip: { accepts: isAddress, is: 'an IP address' },
  ipv4: { accepts: value => parseAddress(value)?.width === 32, is: 'an IPv4 address (four numbers up to 255)' },
  ipv6: { accepts: value => parseAddress(value)?.width === 128, is: 'an IPv6 address' },
  cidr: { accepts: isCidr, is: 'a network (192.168.1.0/24)', meant: networkOf },
  network: { accepts: isNetwork, is: 'an address or a network (192.168.1.0, fd00::/64)', meant: networkOf },
  networks: {
    accepts: value => isNetwork(value) || /^\/[A-Za-z0-9/._@+-]+$/.test(value),
    is: 'an address, a network (192.168.1.0, fd00::/64) or a file of them (/etc/gabarit/lists/office)',
    meant: networkOf,
  },
  subnet: subnet(
    'the address of a network with its length or mask (192.168.1.0/24, 192.168.1.0/255.255.255.0, fd00:1::/64)',
  ),
  subnet4: subnet(
    'the address of an IPv4 network with its length or mask (10.8.0.0/24, 10.8.0.0/255.255.255.0)',
    value => !value.includes(':'),
  ),
  subnet6: subnet('the address of an IPv6 network with its length (fd00:8::/64)', value => value.includes(':')),
  netmask: { accepts: value => maskLength(value) !== undefined, is: 'a network mask (255.255.255.0)' },
  mask: {
    accepts: value => maskLength(value) !== undefined || prefixLength(value, 128) !== undefined,
    is: 'a network mask (255.255.255.0) or a prefix length (24)',
  },
  interface: { accepts: isInterface, is: 'the name of a network interface (eth0; tun+ for all that begin with tun)' },
  ports: { accepts: isPorts, is: 'a port (1 to 65535) or a range of ports (6000:6010)' },
  mac: { accepts: value => /^[0-9a-f]{2}([:-])([0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(value), is: 'a MAC address' },
  port: { accepts: isPort, is: 'a port number (1 to 65535)', number: decimal },
  integer: { accepts: value => /^-?(0|[1-9]\d*)$/.test(value), is: 'a whole number', number: decimal },
  number: { accepts: value => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value), is: 'a number', number: decimal },
  boolean: choice('yes or no', 'no', 'yes'),
  enabled: choice('enabled or disabled', 'disabled', 'enabled'),
  email: { accepts: isEmail, is: 'an e-mail address' },
  path: { accepts: isPath, is: 'an absolute path (without "..")' },
  url: { accepts: isUrl, is: 'an address such as https://example.org/' },
  duration: {
    accepts: value => /^\d+[smhd]?$/.test(value),
    is: 'a duration (90, 90s, 15m, 2h, 7d)',
    number: seconds,
  },
  date: { accepts: isDate, is: 'a date (2026-12-31)' },
  user: { accepts: value => /^[a-z_][a-z0-9_.-]{0,31}$/.test(value), is: 'a user name' },
  key: {
    accepts: value => /^[A-Za-z0-9_*][A-Za-z0-9_.@:*-]*$/.test(value),
    is: 'the key of a record (letters, digits, and . - _ @ : *)',
  },
}

/** The seconds of a duration. */
export function seconds(value: string): number {
  const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400 }
  return Number.parseInt(value, 10) * (units[value.at(-1) ?? ''] ?? 1)
}

function isHostname(value: string): boolean {
  return value.length <= 253 && value.split('.').every(label => LABEL.test(label))
}

function isAddress(value: string): boolean {
  return parseAddress(value) !== undefined
}

function isNetwork(value: string): boolean {
  return (isAddress(value) && !isMapped(value)) || isCidr(value)
}

function isCidr(value: string): boolean {
  return /\/\d+$/.test(value) && !Number.isNaN(prefixOf(value))
}

/** The name in ASCII, as the DNS has it (RFC 5891), without the dot at its end. */
function asciiName(value: string): string | undefined {
  return /^[\p{L}\p{M}\p{N}.*-]+$/u.test(value) && URL.canParse(`http://${value}`)
    ? new URL(`http://${value}`).hostname.replace(/\.$/, '')
    : undefined
}

/** A value with the names in it in ASCII: `http://exämple.org:80` becomes `http://xn--exmple-cua.org:80`. Paths stay. */
export function withAsciiNames(value: string): string {
  return value.replace(
    /(?<![\p{L}\p{M}\p{N}.-]|(?<!\/)\/)[\p{L}\p{M}\p{N}.-]*[^\p{ASCII}][\p{L}\p{M}\p{N}.-]*/gu,
    name => asciiName(name) ?? name,
  )
}

/** The network of an address that is given with a length or mask (192.168.1.5/24); IPv4 in IPv6 becomes IPv4. */
function networkOf(value: string): string | undefined {
  const [text = '', suffix = ''] = value.split(/[/ ]/)
  const address = parseAddress(text)
  if (address === undefined) return undefined
  const mapped = isMapped(text)
  const own = mapped ? ({ value: address.value & 0xffffffffn, width: 32 } as const) : address
  if (suffix === '') return mapped ? formatAddress(own) : undefined
  const bits = Number(prefixLength(suffix, address.width)) - (mapped ? 96 : 0)
  if (Number.isNaN(bits) || bits < 0) return undefined
  const rest = BigInt(own.width - bits)
  return `${formatAddress({ ...own, value: (own.value >> rest) << rest })}/${bits}`
}

/** IPv4 in IPv6 (::ffff:10.0.0.1): no visitor has such an address for firewall and web servers, so it would match nobody. */
function isMapped(text: string): boolean {
  const address = parseAddress(text)
  return address?.width === 128 && address.value >> 32n === 0xffffn
}

/** The name of a network interface, or a prefix followed by `+` (Linux: IFNAMSIZ is 16, including the zero byte). */
export function isInterface(value: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.@:-]{0,14}\+?$/.test(value) && value.length <= 15
}

function isPort(value: string): boolean {
  return /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65535
}

/** A TCP or UDP port, or a range of ports. */
export function isPorts(value: string): boolean {
  const [first = '', last = first, ...more] = value.split(':')
  return more.length === 0 && isPort(first) && isPort(last) && Number(first) <= Number(last)
}

/**
 * The prefix length of a network, given as length or mask after a slash or space. NaN if it is not a network, which
 * includes the address of a machine in one (10.8.0.1/24).
 */
function prefixOf(value: string): number {
  const [text = '', suffix = '', ...rest] = value.split(/[/ ]/)
  const address = parseAddress(text)
  if (address === undefined || isMapped(text) || rest.length > 0) return Number.NaN
  const bits = prefixLength(suffix, address.width)
  return bits !== undefined && address.value % (1n << BigInt(address.width - bits)) === 0n ? bits : Number.NaN
}

function isEmail(value: string): boolean {
  const at = value.lastIndexOf('@')
  const local = value.slice(0, Math.max(at, 0))
  const atoms = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/
  return atoms.test(local) && local.length <= 64 && isHostname(value.slice(at + 1))
}

/** An absolute path without `..` and control characters. */
export function isPath(value: string): boolean {
  return value.startsWith('/') && !value.split('/').includes('..') && !/\p{Cc}/u.test(value)
}

function isUrl(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s"'<>\\^`{|}\p{Cc}]+$/iu.test(value) && URL.canParse(value)
}

function isDate(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return false
  const date = new Date(`${value}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}
