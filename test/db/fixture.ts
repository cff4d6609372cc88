import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outputFileSync, removeSync } from 'fs-extra/esm'
import { Failure } from '../../src/base/failure.ts'
import { findPaths } from '../../src/system/places.ts'

/** Places of their own in a fresh folder; files are written below it. */
export class Fixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'gabarit-db-'))
  readonly places = findPaths(join(this.folder, 'shipped'), {}, this.folder)

  /** Writes a file (an object as JSON), with its folders, and returns its path. */
  write(path: string, content: string | Uint8Array | object): string {
    const file = join(this.folder, path)
    const isData = typeof content === 'string' || content instanceof Uint8Array
    outputFileSync(file, isData ? content : JSON.stringify(content))
    return file
  }

  remove(): void {
    removeSync(this.folder)
  }
}

/** The Failure that a function throws; anything else is an error of the test. */
export function failureOf(run: () => unknown): Failure {
  try {
    run()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Keys, names and values that have broken other tools. */
export const HOSTILE = [
  'a|b',
  'a\nb',
  'a\\nb',
  'ends with a backslash\\',
  '\\|',
  'a=b',
  '#comment',
  ' blanks around ',
  '\u00a0\u2003\ufeff',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  '0',
  '10',
  '-1',
  '--help',
  '$(id)`id`"\'',
  '%{x} {brace}',
  'tab\there',
  'carriage\rreturn',
  '\u001b[31mred',
  '\u0085\u2028\u2029',
  'é 漢字 😀 \ue000',
  '\ufffd',
  'x'.repeat(20000),
] as const
