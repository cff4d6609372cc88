import { join } from 'node:path'
import { type Places, packageFolders } from './places.ts'
import { isExecutable } from './read-files.ts'
import { refuseUnsafePart } from './trust.ts'

/**
 * A program that a package brings along; the last package that has it counts, as everywhere.
 * @throws Failure (refused) if others than root can change it
 */
export function packageProgram(places: Places, folder: 'checkers' | 'services', name: string): string | undefined {
  const program = packageFolders(places)
    .map(home => join(home, folder, name))
    .findLast(isExecutable)
  if (program !== undefined) refuseUnsafePart(places, program)
  return program
}
