import { importTree } from '../db/import.ts'
import { EXIT, usageFailure } from '../system/failure.ts'
import type { Invocation } from './command.ts'

/** `gabarit import --tree DIRECTORY` */
export async function run({ value, places, print, printError }: Invocation): Promise<number> {
  const folder = value('tree')
  if (folder === undefined) throw usageFailure('which folder?', 'Usage: gabarit import --tree DIRECTORY')
  for (const { database, records, notes } of importTree(places, folder, 'gabarit import')) {
    print(`${database}: ${records} record${records === 1 ? '' : 's'}`)
    for (const note of notes) printError(`warning: ${note}`)
  }
  return EXIT.done
}
