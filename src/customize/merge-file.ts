import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure, hasCode } from '../base/failure.ts'
import type { CustomFile } from '../override/custom-files.ts'
import { writeFileAtomically } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'
import { compileFragment } from '../template/fragment.ts'

/**
 * Where an unfinished merge waits for the administrator: `/etc/gabarit/merge/`, under the override's own name, where nothing is
 * expanded or run.
 */
export function mergeFile(places: Places, id: string): string {
  return join(places.site, 'merge', id)
}

/** The text of an unfinished merge; undefined if there is none. */
export function readMergeFile(places: Places, id: string): Buffer | undefined {
  const file = mergeFile(places, id)
  return existsSync(file) ? readFileSync(file) : undefined
}

/** Writes it with the owner and mode of the custom file, but without execute permission. */
export function writeMergeFile(places: Places, { id, file }: CustomFile, text: Buffer): void {
  const waiting = mergeFile(places, id)
  const { mode, uid, gid } = statSync(file)
  mkdirSync(dirname(waiting), { recursive: true })
  writeFileAtomically(waiting, text, { mode: mode & 0o666, uid, gid })
}

/** Removes it and the folders that become empty. */
export function removeMergeFile(places: Places, id: string): void {
  rmSync(mergeFile(places, id), { force: true })
  for (let folder = dirname(id); folder !== '.'; folder = dirname(folder))
    if (!removeFolder(join(places.site, 'merge', folder))) return
  removeFolder(join(places.site, 'merge'))
}

function removeFolder(folder: string): boolean {
  try {
    rmdirSync(folder)
    return true
  } catch (error) {
    if (['ENOTEMPTY', 'ENOENT', 'EEXIST'].some(code => hasCode(error, code))) return false
    throw error
  }
}

/** Why the merged text cannot take effect, if it cannot: texts that merge line by line may still not parse. */
export function checkMergeFile(places: Places, { id, kind }: CustomFile): string | undefined {
  if (kind !== 'template') return undefined
  try {
    compileFragment(mergeFile(places, id))
    return undefined
  } catch (error) {
    if (error instanceof Failure) return error.describe()
    throw error
  }
}
