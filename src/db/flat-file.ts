import { isUtf8 } from 'node:buffer'
import { sameRecord } from './draft.ts'
import { type DbRecord, makeRecord, type Records, sortedMap } from './record.ts'

export interface FlatFile {
  readonly records: Records
  /** Remarks about lines that were skipped or corrected. */
  readonly notes: readonly { readonly line: number; readonly message: string }[]
  /** Lines that are not UTF-8. Guessing their encoding could garble names and passwords. */
  readonly undecodable: readonly number[]
}

/**
 * Reads an SME Server database file: `key=type|property|value…`, one record per line.
 * `\|` is a plain `|` and backslash-n a newline; if a key occurs twice, the last line wins.
 */
export function readFlatFile(bytes: Buffer): FlatFile {
  const records = new Map<string, DbRecord>()
  const notes: { line: number; message: string }[] = []
  const undecodable: number[] = []
  // Latin-1 keeps every byte.
  const whole = bytes.toString('latin1')
  const content = withoutWindows(whole)
  if (content !== whole)
    notes.push({ line: 1, message: 'made on Windows: its line ends and byte order mark were dropped' })
  for (const [index, raw] of content.split('\n').entries()) {
    const line = index + 1
    const piece = Buffer.from(raw, 'latin1')
    if (!isUtf8(piece)) {
      undecodable.push(line)
      continue
    }
    const text = piece.toString('utf8')
    if (/^[ \t\r]*(#|$)/.test(text)) continue
    const note = (message: string) => notes.push({ line, message })
    const split = text.indexOf('=')
    const key = text.slice(0, Math.max(split, 0))
    if (split < 0) note('skipped: it contains no "="')
    else if (key === '') note('skipped: no key before the "="')
    else {
      if (records.has(key)) note(`record "${key}" occurs again; this line wins`)
      if (text.endsWith('\r')) note('ends with a carriage return, which becomes part of the value')
      records.set(key, readRecord(key, text.slice(split + 1), note))
    }
  }
  return { records: sortedMap(records), notes, undecodable }
}

/** Without the byte order mark, and with plain line ends if all are those of Windows: an editor there adds both. */
function withoutWindows(content: string): string {
  const text = content.replace(/^\xef\xbb\xbf/, '')
  return /\r\n/.test(text) && !/(?<!\r)\n/.test(text) ? text.replaceAll(/\r(?=\n|$)/g, '') : text
}

/** What follows the `=` of a line. */
function readRecord(key: string, raw: string, note: (message: string) => void): DbRecord {
  const [type = '', ...rest] = raw.split(/(?<!\\)\|/).map(field => field.replaceAll('\\|', '|').replaceAll('\\n', '\n'))
  const properties = new Map<string, string>()
  for (let index = 0; index < rest.length; index += 2) {
    const name = rest[index] ?? ''
    const value = rest[index + 1]
    if (name === '') {
      if (value !== undefined || rest.length > 1) note(`record "${key}": a property without a name was skipped`)
      continue
    }
    if (value === undefined) note(`record "${key}": property ${name} has no value; it becomes empty`)
    properties.set(name, value ?? '')
  }
  return makeRecord(key, type, properties)
}

/** A record as SME Server stores it: type, then names and values, a `|` inside them escaped. */
export function rawForm({ type, properties }: DbRecord): string {
  const fields = [type, ...[...properties].flat()]
  return fields.map(field => field.replaceAll('|', '\\|')).join('|')
}

/** The line of a record; undefined if it would not be read back unchanged. */
export function flatLine(record: DbRecord): string | undefined {
  const line = `${record.key}=${rawForm(record).replaceAll('\n', '\\n')}`
  // SME Server trims keys when it looks them up, and a whole record the next time it writes it.
  if (record.key.trim() !== record.key || /^[ \t]|[ \t]$/.test(line.slice(record.key.length + 1))) return undefined
  // There, an empty type hides the properties from `show`.
  if (record.type === '' && record.properties.size > 0) return undefined
  const { records } = readFlatFile(Buffer.from(line, 'utf8'))
  return records.size === 1 && sameRecord(records.get(record.key), record) ? line : undefined
}
