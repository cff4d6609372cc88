import { usageFailure } from '../base/failure.ts'
import { importTree } from '../db/import.ts'
import type { Invocation } from '../terminal/command.ts'
import { runImportTree } from './db/transfer-verbs.ts'
import { importOldServer } from './import-server.ts'

/** `gabarit import --server FOLDER`: an old server. `--tree FOLDER`: only its databases, the same as `db import --tree FOLDER`. */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, value, places, answer, printExact, printError } = invocation
  const [server, folder] = [value('server'), value('tree')]
  if (server !== undefined && folder === undefined) return importOldServer(invocation, server)
  if (folder === undefined || server !== undefined)
    throw usageFailure(
      'import takes one folder: an old server, or its databases',
      'usage: gabarit import --server FOLDER\n       gabarit import --tree FOLDER',
    )
  if (flag('json')) return answer(importTree(places, folder, 'gabarit import --tree'), '')
  return runImportTree('gabarit', places, folder, { print: printExact, printError })
}
