import { escapeControls } from '../../base/escape-controls.ts'
import { EXIT } from '../../base/failure.ts'
import { rawForm } from '../../db/flat-file.ts'
import type { DbRecord } from '../../db/record.ts'
import { type Context, readRecords } from './context.ts'
import { arrayJson, propertiesJson, recordJson } from './record-json.ts'
import { MASK, masked, type Secrets, secretsOf } from './secrets.ts'
import type { Verb } from './verb.ts'

type Run = NonNullable<Verb['run']>

/** `keys`: one per line. */
const keys: Run = context => {
  const names = [...readRecords(context).keys()]
  if (context.json) context.printLines([arrayJson(names.map(name => JSON.stringify(name)))])
  else context.printLines(names.map(escapeControls))
  return names.length > 0 ? EXIT.done : EXIT.failed
}

/** A verb that shows one record, or all of them. */
function showing(lines: (record: DbRecord) => string[], json: 'indented' | 'compact', toJson = recordJson): Run {
  return (context, [key]) => {
    const records = readRecords(context)
    const secrets = secretsOf(context)
    if (context.json) return printJson(context, records, key, secrets, json === 'indented', toJson)
    const chosen = key === undefined ? [...records.values()] : [records.get(key)]
    const found = chosen.filter(record => record !== undefined)
    context.printLines(found.flatMap(record => lines(masked(record, secrets)).map(escapeControls)))
    return found.length > 0 ? EXIT.done : EXIT.failed
  }
}

function printJson(
  context: Context,
  records: ReadonlyMap<string, DbRecord>,
  key: string | undefined,
  secrets: Secrets,
  indented: boolean,
  toJson: typeof recordJson,
): number {
  if (key === undefined) {
    const elements = [...records.values()].map(record => toJson(record, secrets, indented ? '    ' : ''))
    context.printLines([arrayJson(elements, indented)])
    return records.size > 0 ? EXIT.done : EXIT.failed
  }
  const record = records.get(key)
  if (record === undefined) return EXIT.failed
  context.printLines([toJson(record, secrets, indented ? '  ' : '')])
  return EXIT.done
}

const printRaw = showing(record => [`${record.key}=${rawForm(record)}`], 'compact')
const show = showing(
  ({ key, type, properties }) => [`${key}=${type}`, ...[...properties].map(([name, value]) => `    ${name}=${value}`)],
  'indented',
)
const printtype = showing(
  ({ key, type }) => [`${key}=${type}`],
  'compact',
  (record, secrets) => JSON.stringify({ name: record.key, type: secrets.covers(record) ? null : record.type }),
)
const asJson =
  (verb: Run): Run =>
  (context, args) =>
    verb({ ...context, json: true }, args)

/** `get`: programs split it at `|`, and read a scalar unchanged. */
const get: Run = (context, [key = '']) => {
  const record = readRecords(context).get(key)
  if (record === undefined) return EXIT.failed
  if (context.json) context.printLines([recordJson(record, secretsOf(context))])
  else if (record.properties.size === 0) context.print(`${record.type}\n`)
  else context.printLines([escapeControls(rawForm(masked(record, secretsOf(context))))])
  return EXIT.done
}

const gettype: Run = (context, [key = '']) => printValue(context, readRecords(context).get(key)?.type)

const getprop: Run = (context, [key = '', property = '']) =>
  printValue(context, readRecords(context).get(key)?.properties.get(property))

/** One value unchanged, secret or not: this is how programs read it. */
function printValue(context: Context, value: string | undefined): number {
  if (value === undefined) return EXIT.failed
  context.print(`${context.json ? JSON.stringify(value) : value}\n`)
  return EXIT.done
}

const printprop: Run = (context, [key = '', ...asked]) => {
  const record = readRecords(context).get(key)
  if (record === undefined) return EXIT.failed
  const secrets = secretsOf(context)
  if (context.json) context.printLines([propertiesJson(record, secrets, '', asked.length > 0 ? asked : undefined)])
  else {
    const names = asked.length > 0 ? asked.filter(name => record.properties.has(name)) : [...record.properties.keys()]
    const textOf = (name: string) => (secrets.covers(record, name) ? MASK : record.properties.get(name))
    context.printLines(names.map(name => escapeControls(`${name}=${textOf(name)}`)))
  }
  return asked.length > 0 || record.properties.size > 0 ? EXIT.done : EXIT.failed
}

/** The verbs that only read. */
export const READ_VERBS: Readonly<Record<string, Verb>> = {
  keys: { arguments: '', summary: 'list the keys', example: 'keys', run: keys },
  print: { arguments: '[KEY]', summary: 'print records on one line each', example: 'print sshd', run: printRaw },
  show: { arguments: '[KEY]', summary: 'show records with their properties', example: 'show sshd', run: show },
  get: {
    arguments: 'KEY',
    summary: 'print a value, or a whole record on one line',
    example: 'get DomainName',
    run: get,
  },
  gettype: { arguments: 'KEY', summary: 'print the type of a record', example: 'gettype sshd', run: gettype },
  printtype: { arguments: '[KEY]', summary: 'print keys and types', example: 'printtype', run: printtype },
  getprop: { arguments: 'KEY PROP', summary: 'print one property', example: 'getprop sshd TCPPort', run: getprop },
  printprop: {
    arguments: 'KEY [PROP]...',
    summary: 'print properties',
    example: 'printprop sshd status TCPPort',
    run: printprop,
  },
  getjson: { arguments: 'KEY', summary: 'print a record as JSON', example: 'getjson sshd', run: asJson(get) },
  printjson: { arguments: '[KEY]', summary: 'print records as JSON', example: 'printjson', run: asJson(printRaw) },
  showjson: {
    arguments: '[KEY]',
    summary: 'show records as indented JSON',
    example: 'showjson sshd',
    run: asJson(show),
  },
}
