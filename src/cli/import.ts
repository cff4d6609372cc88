import { usageFailure } from '../system/failure.ts'
import type { Invocation } from './command.ts'
import { runImportTree } from './db/transfer-verbs.ts'

/** `gabarit import --tree FOLDER`: the same as `db import --tree FOLDER`. */
export async function run({ value, places }: Invocation): Promise<number> {
  const folder = value('tree')
  if (folder === undefined) throw usageFailure('import --tree takes one folder', 'usage: gabarit import --tree FOLDER')
  return runImportTree('gabarit', places, folder)
}
