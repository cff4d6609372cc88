import { escapeControls } from '../../base/escape-controls.ts'
import { EXIT } from '../../base/failure.ts'
import { MissingRecord } from '../../db/draft.ts'
import { rawForm } from '../../db/flat-file.ts'
import type { DbRecord } from '../../db/record.ts'
import { answer, type Call, readRecords } from './call.ts'
import type { Data } from './format.ts'
import { type IsSecret, MASK, masked, secretsOf } from './secrets.ts'
import type { Verb } from './verb.ts'

type Run = NonNullable<Verb['run']>

/** `keys`: one per line. */
const keys: Run = call => {
  const names = [...readRecords(call).keys()]
  return answer(call, { lines: () => names.map(escapeControls), data: () => names }, names.length > 0)
}

/** The shape of a record, that of NethServer: `{"name": KEY, "type": TYPE, "props": {…}}`; a secret is null. */
function recordData(record: DbRecord, isSecret: IsSecret): Data {
  return new Map([
    ...typeData(record, isSecret),
    ['props', propertiesData(record, isSecret, [...record.properties.keys()])] as const,
  ])
}

function typeData(record: DbRecord, isSecret: IsSecret): ReadonlyMap<string, Data> {
  return new Map([
    ['name', record.key],
    ['type', isSecret(record) ? null : record.type],
  ])
}

function propertiesData(record: DbRecord, isSecret: IsSecret, names: readonly string[]): Data {
  const known = names.filter(name => record.properties.has(name))
  return new Map(known.map(name => [name, isSecret(record, name) ? null : (record.properties.get(name) ?? '')]))
}

/** A verb that shows one record, or all of them. */
function showing(lines: (record: DbRecord) => string[], indented = false, dataOf = recordData): Run {
  return (call, [key]) => {
    const records = readRecords(call)
    const isSecret = secretsOf(call)
    const found = key === undefined ? [...records.values()] : [records.get(key)].filter(record => record !== undefined)
    if (key !== undefined && found.length === 0) {
      if (records.size > 0 && call.format === 'text')
        call.printError(`${call.program}: ${new MissingRecord(key, records.keys()).message}`)
      return EXIT.failed
    }
    const data = () => found.map(record => dataOf(record, isSecret))
    const given = {
      lines: () => found.flatMap(record => lines(masked(record, isSecret)).map(escapeControls)),
      data: () => (key === undefined ? data() : (data()[0] ?? null)),
      indented,
    }
    return answer(call, given, found.length > 0)
  }
}

const printRaw = showing(record => [`${record.key}=${rawForm(record)}`])
const show = showing(
  ({ key, type, properties }) => [`${key}=${type}`, ...[...properties].map(([name, value]) => `    ${name}=${value}`)],
  true,
)
const printtype = showing(({ key, type }) => [`${key}=${type}`], false, typeData)
const asJson =
  (verb: Run): Run =>
  (call, args) =>
    verb({ ...call, format: 'json' }, args)

/** `get`: programs split it at `|`, and read a scalar unchanged. */
const get: Run = (call, [key = '']) => {
  const record = readRecords(call).get(key)
  if (record === undefined) return EXIT.failed
  return answer(call, {
    lines: () =>
      record.properties.size === 0 ? [record.type] : [escapeControls(rawForm(masked(record, secretsOf(call))))],
    data: () => recordData(record, secretsOf(call)),
  })
}

const gettype: Run = (call, [key = '']) => printValue(call, readRecords(call).get(key)?.type)

const getprop: Run = (call, [key = '', property = '']) =>
  printValue(call, readRecords(call).get(key)?.properties.get(property))

/** One value unchanged, secret or not: this is how programs read it. */
function printValue(call: Call, value: string | undefined): number {
  return value === undefined ? EXIT.failed : answer(call, { lines: () => [value], data: () => value })
}

const printprop: Run = (call, [key = '', ...asked]) => {
  const record = readRecords(call).get(key)
  if (record === undefined) return EXIT.failed
  const isSecret = secretsOf(call)
  const names = asked.length > 0 ? asked.filter(name => record.properties.has(name)) : [...record.properties.keys()]
  const shown = (name: string) => (isSecret(record, name) ? MASK : record.properties.get(name))
  const given = {
    lines: () => names.map(name => escapeControls(`${name}=${shown(name)}`)),
    data: () => propertiesData(record, isSecret, names),
  }
  return answer(call, given, asked.length > 0 || names.length > 0)
}

/** The verbs that only read. */
export const READ_VERBS: Readonly<Record<string, Verb>> = {
  keys: { console: 'read', arguments: '', summary: 'list the keys', example: '', run: keys },
  print: { arguments: '[KEY]', summary: 'print records on one line each', example: 'sshd', run: printRaw },
  show: { arguments: '[KEY]', summary: 'show records with their properties', example: 'sshd', run: show },
  get: { arguments: 'KEY', summary: 'print a value, or a whole record on one line', example: 'DomainName', run: get },
  gettype: { arguments: 'KEY', summary: 'print the type of a record', example: 'sshd', run: gettype },
  printtype: { arguments: '[KEY]', summary: 'print keys and types', example: '', run: printtype },
  getprop: { arguments: 'KEY PROP', summary: 'print one property', example: 'sshd TCPPort', run: getprop },
  printprop: {
    arguments: 'KEY [PROP]...',
    summary: 'print properties',
    example: 'sshd status TCPPort',
    run: printprop,
  },
  getjson: { console: 'read', arguments: 'KEY', summary: 'print a record as JSON', example: 'sshd', run: asJson(get) },
  printjson: {
    console: 'read',
    arguments: '[KEY]',
    summary: 'print records as JSON',
    example: '',
    run: asJson(printRaw),
  },
  showjson: { arguments: '[KEY]', summary: 'show records as indented JSON', example: 'sshd', run: asJson(show) },
}
