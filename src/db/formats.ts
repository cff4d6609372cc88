/** A kind of value: how it is recognised, and how an error describes it. */
interface Format {
  readonly accepts: (value: string) => boolean
  /** Ends the sentence `"x" is not …`. */
  readonly is: string
  /** The number that `minimum` and `maximum` compare. */
  readonly number?: (value: string) => number
  /** All the values, if they can be listed. */
  readonly values?: readonly string[]
}

const LABEL = /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const decimal = (value: string) => Number(value)

/** Every format that a description can name. */
export const FORMATS: Readonly<Record<string, Format>> = {
  hostname: { accepts: isHostname, is: 'a host name (letters, digits and "-" between dots)' },
  wildcard: {
    accepts: value => isHostname(value.replace(/^\*\./, '')),
    is: 'a host name, optionally after "*." (letters, digits and "-" between dots)',
  },
  ip: { accepts: value => isIPv4(value) || isIPv6(value), is: 'an IP address' },
  ipv4: { accepts: isIPv4, is: 'an IPv4 address (four numbers up to 255)' },
  ipv6: { accepts: isIPv6, is: 'an IPv6 address' },
  cidr: { accepts: isCidr, is: 'a network (192.168.1.0/24)' },
  network: {
    accepts: value => isIPv4(value) || isIPv6(value) || isCidr(value),
    is: 'an address or a network (192.168.1.0, fd00::/64)',
  },
  subnet: {
    accepts: value => prefixOf(value) !== undefined,
    is: 'the address of a network with its length or mask (192.168.1.0/24, 192.168.1.0/255.255.255.0, fd00:1::/64)',
    number: value => prefixOf(value) ?? Number.NaN,
  },
  subnet4: {
    accepts: value => !value.includes(':') && prefixOf(value) !== undefined,
    is: 'the address of an IPv4 network with its length or mask (10.8.0.0/24, 10.8.0.0/255.255.255.0)',
    number: value => prefixOf(value) ?? Number.NaN,
  },
  subnet6: {
    accepts: value => value.includes(':') && prefixOf(value) !== undefined,
    is: 'the address of an IPv6 network with its length (fd00:8::/64)',
    number: value => prefixOf(value) ?? Number.NaN,
  },
  netmask: { accepts: isNetmask, is: 'a network mask (255.255.255.0)' },
  mask: {
    accepts: value => isNetmask(value) || (/^(0|[1-9]\d{0,2})$/.test(value) && Number(value) <= 128),
    is: 'a network mask (255.255.255.0) or a prefix length (24)',
  },
  interface: {
    accepts: isInterface,
    is: 'the name of a network interface (eth0; tun+ for all that begin with tun)',
  },
  ports: {
    accepts: isPorts,
    is: 'a port (1 to 65535) or a range of ports (6000:6010)',
  },
  mac: { accepts: value => /^[0-9a-f]{2}([:-])([0-9a-f]{2}\1){4}[0-9a-f]{2}$/i.test(value), is: 'a MAC address' },
  port: {
    accepts: value => /^[1-9]\d{0,4}$/.test(value) && Number(value) <= 65535,
    is: 'a port number (1 to 65535)',
    number: decimal,
  },
  integer: { accepts: value => /^-?(0|[1-9]\d*)$/.test(value), is: 'a whole number', number: decimal },
  number: { accepts: value => /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value), is: 'a number', number: decimal },
  boolean: { accepts: value => value === 'yes' || value === 'no', is: 'yes or no', values: ['no', 'yes'] },
  enabled: {
    accepts: value => value === 'enabled' || value === 'disabled',
    is: 'enabled or disabled',
    values: ['disabled', 'enabled'],
  },
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

function isIPv4(value: string): boolean {
  const parts = value.split('.')
  return parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255)
}

function isIPv6(value: string): boolean {
  // The last two groups may be written as an IPv4 address (RFC 4291 §2.2).
  const dotted = /^(.*:)([\d.]+)$/.exec(value)
  const text = dotted !== null && isIPv4(dotted[2] ?? '') ? `${dotted[1]}0:0` : value
  const halves = text.split('::')
  if (halves.length > 2) return false
  const groups = halves.flatMap(half => (half === '' ? [] : half.split(':')))
  if (!groups.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return false
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8
}

function isCidr(value: string): boolean {
  const [address = '', bits = '', ...rest] = value.split('/')
  if (rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits)) return false
  return isIPv4(address) ? Number(bits) <= 32 : isIPv6(address) && Number(bits) <= 128
}

/** The name of a network interface, or a prefix followed by `+` (Linux: IFNAMSIZ is 16, including the zero byte). */
export function isInterface(value: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.@:-]{0,14}\+?$/.test(value) && value.length <= 15
}

/** A TCP or UDP port, or a range of ports. */
export function isPorts(value: string): boolean {
  const ends = value.split(':')
  if (ends.length > 2 || !ends.every(end => /^[1-9]\d{0,4}$/.test(end))) return false
  const [first = 0, last = first] = ends.map(Number)
  return first <= last && last <= 65535
}

/**
 * The prefix length of a network, given as length or mask after a slash or space. Undefined if it is not a network, which
 * includes the address of a machine in one (10.8.0.1/24).
 */
function prefixOf(value: string): number | undefined {
  const [address = '', suffix = '', ...rest] = value.split(/[/ ]/)
  const bits = isNetmask(suffix) && isIPv4(address) ? binary(suffix).replaceAll('0', '').length : Number(suffix)
  if (rest.length > 0 || suffix === '' || !isCidr(`${address}/${bits}`)) return undefined
  const digits = isIPv4(address) ? binary(address) : binary6(address)
  return digits.slice(bits).includes('1') ? undefined : bits
}

/** The bits of an IPv4 address. */
function binary(address: string): string {
  return address
    .split('.')
    .map(part => Number(part).toString(2).padStart(8, '0'))
    .join('')
}

/** The bits of an IPv6 address. */
function binary6(address: string): string {
  const dotted = /^(.*:)([\d.]+)$/.exec(address)
  const tail = dotted !== null && isIPv4(dotted[2] ?? '') ? binary(dotted[2] ?? '') : ''
  const [head = '', rest] = (tail === '' ? address : (dotted?.[1] ?? '').replace(/([^:]):$/, '$1')).split('::')
  const bits = (half: string) =>
    half
      .split(':')
      .filter(group => group !== '')
      .map(group => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
      .join('')
  const end = `${bits(rest ?? '')}${tail}`
  return `${bits(head)}${end.padStart(128 - bits(head).length, '0')}`
}

function isNetmask(value: string): boolean {
  if (!isIPv4(value)) return false
  return /^1*0*$/.test(binary(value))
}

function isEmail(value: string): boolean {
  const at = value.lastIndexOf('@')
  const local = value.slice(0, Math.max(at, 0))
  return /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/.test(local)
    ? local.length <= 64 && isHostname(value.slice(at + 1))
    : false
}

function isPath(value: string): boolean {
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
