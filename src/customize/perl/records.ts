import { constantOf, type Expression } from './ast.ts'
import { asText, type Js, js, literal, member, TIGHT } from './js.ts'
import { MAYBE, RECORD, TEXT, type Type } from './types.ts'
import type { Values } from './values.ts'

/** The databases that classes open without a name. */
const CLASSES: Readonly<Record<string, string>> = {
  'esmith::ConfigDB': 'configuration',
  'esmith::AccountsDB': 'accounts',
  'esmith::DomainsDB': 'domains',
  'esmith::HostsDB': 'hosts',
  'esmith::NetworksDB': 'networks',
  'esmith::DB::db': '',
}

/** Methods that list the records of a type. */
export const TYPES: Readonly<Record<string, string>> = {
  networks: 'network',
  zones: 'zone',
  ethernets: 'ethernet',
  bridges: 'bridge',
  bonds: 'bond',
  aliases: 'alias',
  hosts: 'host',
  domains: 'domain',
  users: 'user',
  groups: 'group',
  ibays: 'ibay',
  printers: 'printer',
  pseudonyms: 'pseudonym',
}

const ROLES = new Set(['green', 'orange', 'blue', 'yellow', 'red'])
const INTERFACES = /^(?:ethernet|bridge|bond|alias|ipsec|vlan|xdsl)$/.source

type Method = Extract<Expression, { kind: 'method' }>

/** What a class opens, if it opens a database. */
export function opened(values: Values, { of, name, args, ...at }: Method): Js | undefined {
  const given =
    of.kind === 'class'
      ? of.name
      : of.kind === 'string' || (of.kind === 'call' && of.args.length === 0)
        ? (constantOf(of) ?? (of.kind === 'call' ? of.name : ''))
        : ''
  const usual = CLASSES[given]
  if (usual === undefined || !/^open(?:_ro)?(?:_local)?$/.test(name)) return undefined
  const [path] = args
  const file = path === undefined ? usual : constantOf(path)
  const database = file?.replace(/^.*\//, '') || undefined
  if (database === undefined) throw values.refuse(at, 'a database whose name is computed')
  return js(`db(${literal(database).code})`, { is: 'database', name: database })
}

/** A method of a database. */
export function askedDatabase(values: Values, database: Js, { name, args, ...at }: Method): Js {
  const records: Type = { is: 'list', of: RECORD }
  const all = (type?: string) => js(`${database.code}.all(${type === undefined ? '' : literal(type).code})`, records)
  const [first, second] = args
  const type = TYPES[name]
  if (type !== undefined && args.length === 0) return all(type)
  if (ROLES.has(name) || (name === 'get_by_role' && first))
    return withRole(database, ROLES.has(name) ? literal(name) : asText(values.scalar(first ?? (at as never))))
  switch (name) {
    case 'get':
      if (first) return js(`${database.code}.get(${asText(values.scalar(first)).code})`, { is: 'record?' })
      break
    case 'get_prop':
      if (first && second) return property(values, recordOf(values, database, first), second, true)
      break
    case 'get_value':
      if (first) return recordType(values, database, first)
      break
    case 'get_all':
      return all()
    case 'keys':
      return js(`${database.code}.keys()`, { is: 'list', of: TEXT })
    case 'get_all_by_prop':
      return byProperties(values, all, args, at)
    case 'list_by_type':
      if (first && constantOf(first) !== undefined)
        return js(`${all(constantOf(first)).code}.map(one => one.key)`, { is: 'list', of: TEXT })
      break
    case 'close':
    case 'reload':
      return js('undefined', { is: 'undefined' })
  }
  throw values.refuse(at, `the method ${name} of a database`)
}

/** A record that may be missing; one of the configuration under its short name. */
export function recordOf(values: Values, database: Js, key: Expression): Js {
  const constant = constantOf(key)
  if (database.type.name !== 'configuration')
    return js(`${database.code}.get(${asText(values.scalar(key)).code})`, { is: 'record?' })
  const config = js('config', TEXT, TIGHT.atom)
  if (constant !== undefined) return js(member(config, constant), { is: 'record?' })
  return js(`config[${asText(values.scalar(key)).code}]`, { is: 'record?' })
}

/** The value of a record that is only a value, or the type of another. */
function recordType(values: Values, database: Js, key: Expression): Js {
  const constant = constantOf(key)
  if (database.type.name === 'configuration' && constant !== undefined && values.known.record(constant) === 'value')
    return js(member(js('config', TEXT, TIGHT.atom), constant), MAYBE)
  return js(`${database.code}.get(${asText(values.scalar(key)).code})?.type`, MAYBE)
}

/** A property of a record. @param mayMiss the record need not exist */
export function property(values: Values, record: Js, name: Expression, mayMiss: boolean): Js {
  const constant = constantOf(name)
  if (constant === undefined) {
    const key = asText(values.scalar(name)).code
    return js(`${record.code}${mayMiss ? '?.' : ''}[${key}]`, MAYBE)
  }
  // These are the key of the record, and all of its properties.
  const isTaken = constant === 'key' || constant === 'properties'
  const of = isTaken ? js(member(record, 'properties', mayMiss), MAYBE) : record
  return js(member(of, constant, mayMiss), MAYBE)
}

/** A method of a record. */
export function askedRecord(values: Values, record: Js, { name, args, ...at }: Method): Js {
  const [first] = args
  if (name === 'key' && args.length === 0) return js(member(record, 'key'), TEXT)
  if (name === 'prop' && first)
    return { ...property(values, record, first, false), ...(constantOf(first) === 'type' && { type: TEXT }) }
  if (name === 'value' && args.length === 0) return js(member(record, 'type'), TEXT)
  throw values.refuse(at, `the method ${name} of a record`)
}

function withRole(database: Js, role: Js): Js {
  return js(`${database.code}.where({ role: ${role.code} }).filter(one => /${INTERFACES}/.test(one.type))`, {
    is: 'list',
    of: RECORD,
  })
}

/** Each value is one element of the property's list. */
function byProperties(
  values: Values,
  all: (type?: string) => Js,
  args: readonly Expression[],
  at: { line: number },
): Js {
  const [first] = args
  const pairs = args.length === 1 && first?.kind === 'hash' ? first.items : args
  let type: string | undefined
  const tests: string[] = []
  for (let index = 0; index + 1 < pairs.length; index += 2) {
    const [name, value] = pairs.slice(index, index + 2)
    const property = name && constantOf(name)
    if (property === undefined || value === undefined) throw values.refuse(at, 'a property whose name is computed')
    const constant = constantOf(value)
    if (property === 'type' && constant !== undefined) type = constant
    else tests.push(`${member(js('one', RECORD), property)}?.split(',').includes(${asText(values.scalar(value)).code})`)
  }
  const filter = tests.length === 0 ? '' : `.filter(one => ${tests.join(' && ')})`
  return js(`${all(type).code}${filter}`, { is: 'list', of: RECORD })
}
