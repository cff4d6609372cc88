import { isUtf8 } from 'node:buffer'
import { basename, dirname, join } from 'node:path'
import { Failure, orUndefined } from '../base/failure.ts'
import { shell } from '../base/quote.ts'
import { sayTime } from '../base/time.ts'
import { exists, readBytes, statOf } from '../system/read-files.ts'
import { parse } from './json.ts'
import { SyntaxProblem } from './json-reader.ts'
import type { Records } from './record.ts'
import type { Opening } from './stored.ts'

/** The copy that each successful write leaves next to a database. */
export function lastGoodPath(file: string): string {
  return join(dirname(file), `.${basename(file)}.last-good`)
}

/**
 * A database that is missing while its last good copy exists was lost. Reading it as empty would let the next write overwrite
 * the copy too. Deleting every record leaves a file behind, so an empty database never looks like this.
 */
export function lostDatabase(file: string): Failure | undefined {
  const copy = lastGoodPath(file)
  if (!exists(copy)) return undefined
  const date = goodDate(copy)
  const back =
    date === undefined
      ? [`That copy (${copy}) is damaged too. Restore the file from a backup.`]
      : [`Restore it from that copy, made ${sayTime(date)}:`, `cp ${shell(copy)} ${shell(file)}`]
  const hint = ['Nothing was changed.', ...back, 'To start empty on purpose, remove the copy:', `rm ${shell(copy)}`]
  return new Failure('the database file was lost: its last good copy still exists', {
    where: file,
    hint: hint.join('\n'),
  })
}

/**
 * Decodes the bytes of a database.
 * @param open opens its encrypted values
 * @throws Failure that names the line, what is wrong, and the command that restores the last good copy
 */
export function decodeDatabase(file: string, bytes: Buffer, open?: Opening): Records {
  try {
    return decode(bytes, open)
  } catch (error) {
    if (!(error instanceof SyntaxProblem)) throw error
    throw new Failure(`the database is damaged: ${error.message}`, {
      where: `${file}:${error.line}:${error.column}`,
      hint: looksFlat(bytes) ? flatHint(file) : lastGoodHint(file),
      cause: error,
    })
  }
}

function decode(bytes: Buffer, open?: Opening): Records {
  const text = bytes.toString('utf8')
  if (!isUtf8(bytes)) throw new SyntaxProblem(text, text.indexOf('\ufffd'), 'these bytes are not valid UTF-8')
  return parse(text, open)
}

/** Lines of `key=type|…` instead of JSON: somebody copied an SME Server database here unconverted. */
function looksFlat(bytes: Buffer): boolean {
  const lines = bytes
    .toString('utf8')
    .split('\n')
    .filter(line => line.trim() !== '' && !line.startsWith('#'))
  return lines.length > 0 && lines.every(line => /^[^\s{}"][^={}"]*=/.test(line))
}

function flatHint(file: string): string {
  const name = basename(file).replace(/\.json$/, '')
  return `This looks like an SME Server database. Move it elsewhere and run: db ${name} import FILE`
}

function lastGoodHint(file: string): string {
  const copy = lastGoodPath(file)
  const date = goodDate(copy)
  if (date === undefined) return 'There is no good copy of it here. Repair the file, or restore it from a backup.'
  return [
    'Nothing was changed. Repair the file, or restore its last good copy,',
    `made ${sayTime(date)}:`,
    `cp ${shell(copy)} ${shell(file)}`,
  ].join('\n')
}

/** When the copy was made; undefined if there is no readable copy. */
function goodDate(copy: string): Date | undefined {
  return orUndefined(() => {
    decode(readBytes(copy))
    return statOf(copy)?.mtime
  })
}
