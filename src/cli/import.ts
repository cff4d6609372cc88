import { usageFailure } from '../base/failure.ts'
import { importTree } from '../db/import.ts'
import type { Invocation } from '../terminal/command.ts'
import { runImportTree } from './db/transfer-verbs.ts'

/** `gabarit import --tree FOLDER`: the same as `db import --tree FOLDER`. */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, value, places, answer, printExact, printError } = invocation
  const folder = value('tree')
  if (folder === undefined) throw usageFailure('import --tree takes one folder', 'usage: gabarit import --tree FOLDER')
  if (flag('json')) return answer(importTree(places, folder, 'gabarit import --tree'), '')
  return runImportTree('gabarit', places, folder, { print: printExact, printError })
}
