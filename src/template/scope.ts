import { compareBytes } from '../base/byte-order.ts'
import { messageOf } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import * as quoters from '../base/quote.ts'
import type { PerlChild } from '../system/perl-child.ts'
import { type Databases, isScalar, type RecordView } from './databases.ts'
import { compareAddresses, interfacesIn, ip, type Network, net, networkReader, portsIn } from './network.ts'
import { asPrintable, type Printer, RawText } from './printer.ts'
import { type ServiceView, serviceView } from './services.ts'
import { compareNames, fields, filled, folderName, groupBy, isOn, isSiteName, splitList, withSlash } from './text.ts'
import { Unfit } from './unfit.ts'

/** The names a fragment sees besides `item`, `vars`, `template` and `target`. */
export const SCOPE_NAMES: readonly string[] = [
  'config db event on off list fields filled uniq join pad groupBy byIp byName services',
  'net ip networks networksIn portsIn interfacesIn line fail warn skipFile read exists fact',
  'raw sh dq apache nginx cronCmd slash folderName isSiteName',
].flatMap(names => names.split(' '))

export type Scope = Readonly<Record<string, unknown>>

/** What fragments can see of the server. Everything else comes from the databases. */
export interface FragmentWorld {
  /** The text of a file on the server, or undefined if it does not exist. */
  readonly readFile: (path: string) => string | undefined
  readonly exists: (path: string) => boolean
  /** A fact about the machine: cpus, hostname, domain, family, bin. */
  readonly fact: (name: string) => string | undefined
  /** The program that runs fragments in Perl, started when it is first needed. */
  readonly perl: () => PerlChild
  readonly warn: (message: string) => void
  readonly event: { readonly name: string; readonly args: readonly string[] }
}

/** Thrown by `skipFile()`: the output is not written. */
export class SkipFile extends Error {}

/** Makes the scope of one run. */
export function makeScope(databases: Databases, world: FragmentWorld, printer: Printer): Scope {
  const db = (name: string) => collection(databases, name)
  const readFile = (path: string) => {
    databases.note(FILES, path)
    databases.questions.ask('file', path)
    return world.readFile(path)
  }
  const networksIn = networkReader(readFile)
  // What is not clearly local counts as a guest.
  const networks = (guests: boolean) =>
    db('networks')
      .all('network')
      .filter(({ Guest = 'no' }) => (Guest !== 'no' && Guest !== '') === guests)
      .map(record => machinesOf(record, guests))
  const local = () => {
    const own = networks(false)
    for (const { cidr, first, has } of networks(true))
      for (const network of own)
        if (network.has(first) || has(network.first))
          throw new Unfit(
            `the network of guests ${cidr} overlaps the local network ${network.cidr}: its machines would count as local`,
          )
    return own
  }
  const scope = {
    config: configView(databases),
    db,
    event: { ...world.event, args: Object.freeze([...world.event.args]) },
    on: isOn,
    off: (what: unknown) => !isOn(what),
    list: splitList,
    fields,
    filled,
    uniq: (values: Iterable<unknown>) => [...new Set(values)],
    join: (values: Iterable<unknown>, separator = ' ') =>
      Array.from(values, value => asPrintable(value, 'join()')).join(separator),
    pad: (value: unknown, width: number) => asPrintable(value, 'pad()').padEnd(width),
    groupBy,
    byIp: compareAddresses,
    byName: compareNames,
    services: (): ServiceView[] =>
      databases.all('configuration', 'service').map(record => serviceView(record, networksIn)),
    net,
    ip,
    networks: { local, guests: () => networks(true) },
    networksIn,
    portsIn,
    interfacesIn,
    line: (...words: unknown[]) => printer.r(`${words.map(lineWord).join(' ')}\n`),
    fail: (message: string) => {
      throw new Unfit(message)
    },
    warn: (message: string) => {
      databases.questions.spoil()
      world.warn(message)
    },
    skipFile: () => {
      throw new SkipFile()
    },
    read: (path: string, options: { optional?: boolean } = {}) => {
      const text = readFile(path)
      if (text === undefined && options.optional !== true) throw new Error(`${path} does not exist`)
      return text
    },
    exists: (path: string) => {
      databases.note(FILES, path)
      databases.questions.ask('exists', path)
      return world.exists(path)
    },
    fact: (name: string) => {
      databases.questions.ask('fact', name)
      const value = world.fact(name)
      if (value === undefined) throw new Error(`there is no fact "${name}"`)
      return value
    },
    raw: (text: unknown) => new RawText(asPrintable(text, 'raw()')),
    sh: quotedBy('sh()', quoters.shell),
    // In a shell file, dollars and backquotes are special even between double quotes (POSIX XCU 2.2.3).
    dq: (value: unknown) => {
      const quoted = quoters.doubleQuoted(asPrintable(value, 'dq()'))
      return new RawText(printer.quote === quoters.shell ? quoted.replace(/[$`]/g, '\\$&') : quoted)
    },
    apache: quotedBy('apache()', quoters.apache),
    nginx: quotedBy('nginx()', quoters.nginx),
    // cron(8) turns a bare % into a newline (crontab(5)).
    cronCmd: quotedBy('cronCmd()', command => command.replaceAll('%', '\\%')),
    isSiteName,
    slash: (url: unknown) => withSlash(asPrintable(url, 'slash()')),
    folderName: (url: unknown) => folderName(asPrintable(url, 'folderName()')),
  }
  // One fragment must not change what the next ones see. The configuration refuses by itself.
  const { config, ...others } = scope
  for (const one of Object.values(others)) Object.freeze(one)
  return scope
}

/** The key is the address of a network, with Mask beside it or with a prefix length (`fd00::/64`). */
function machinesOf({ key, Mask = '' }: RecordView, guests: boolean): Network {
  const [address = '', length] = key.split('/')
  try {
    const network = net(address, length ?? (Mask || undefined))
    const { cidr, bits } = network
    if (ip.num(address) !== ip.num(network.network))
      throw new TypeError(`it is one address of the network ${cidr}, which must be the key`)
    if (length && Mask && net(address, Mask).bits !== bits)
      throw new TypeError(`its Mask ${Mask} is not that of ${key}: leave it empty`)
    if (bits === 0 && !guests) throw new TypeError('every machine of the world would count as local')
    return network
  } catch (error) {
    throw new Unfit(`the record "${key}" of the database networks: ${messageOf(error)}`)
  }
}

/** Used in place of a database name in the reads of an output: the files of the server that fragments read. */
export const FILES = 'file'

function quotedBy(name: string, quote: (value: string) => string): (value: unknown) => RawText {
  return value => new RawText(quote(asPrintable(value, name)))
}

function lineWord(word: unknown): string {
  const text = asPrintable(word, 'line()')
  if (/[\r\n\0]/.test(text)) throw new TypeError(`line() got a line break in ${JSON.stringify(text)}`)
  return text
}

/** `config.NAME`: the value of a scalar record, or the properties of any other. A missing record is undefined. */
function configView(databases: Databases): unknown {
  const refuse = (_: object, key: string | symbol) => {
    throw new TypeError(`config.${String(key)} cannot be changed here: fragments only read the databases`)
  }
  return new Proxy(Object.create(null), {
    get: (_, key) => (typeof key === 'string' ? scalarOrRecord(databases, key) : undefined),
    has: (_, key) => typeof key === 'string' && databases.get('configuration', key) !== undefined,
    set: refuse,
    deleteProperty: refuse,
    defineProperty: refuse,
  })
}

function scalarOrRecord(databases: Databases, key: string): string | RecordView | undefined {
  const record = databases.get('configuration', key)
  return record !== undefined && isScalar(record) ? record.type : record
}

function collection(databases: Databases, name: string) {
  databases.load(name)
  return Object.freeze({
    get: (key: string) => databases.get(name, key),
    has: (key: string) => databases.get(name, key) !== undefined,
    all: (type?: string) => databases.all(name, type),
    keys: () => databases.all(name).map(record => record.key),
    where: (wanted: Readonly<Record<string, string>>) =>
      databases.all(name).filter(record => Object.entries(wanted).every(([key, value]) => record[key] === value)),
    listing: (property: string, element: string) => databases.listing(name, property, element),
  })
}

/**
 * The object that the fragments of one expansion share. Reading a name that was not set throws, and suggests the nearest one.
 * `vars.list(name)` creates the list on first use, so that the order of the fragments does not matter.
 */
export function makeVars(): unknown {
  const values = new Map<string, unknown>()
  const list = (name: string): unknown => {
    if (!values.has(name)) values.set(name, [])
    return values.get(name)
  }
  return new Proxy(Object.create(null), {
    get: (_, name) => {
      if (typeof name !== 'string') return undefined
      if (name === 'list') return list
      if (values.has(name)) return values.get(name)
      throw new ReferenceError(`vars.${name} was not set by an earlier fragment${didYouMean(name, values.keys())}`)
    },
    has: (_, name) => values.has(String(name)),
    set: (_, name, value) => {
      if (name === 'list') throw new TypeError('vars.list is taken: choose another name')
      values.set(String(name), value)
      return true
    },
    ownKeys: () => [...values.keys()].sort(compareBytes),
    getOwnPropertyDescriptor: (_, name) =>
      values.has(String(name)) ? { configurable: true, enumerable: true, value: values.get(String(name)) } : undefined,
  })
}
