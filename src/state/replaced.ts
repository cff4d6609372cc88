import { join } from 'node:path'
import { sha256 } from '../base/sha256.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'

/** Copies of files that gabarit did not write, or that somebody has edited since, from before they were replaced. */
const FOLDER = 'replaced'

/** @param path of the file that will be replaced */
export function keepCopy({ state }: Places, system: System, path: string, content: Buffer, stamp: string): void {
  const folder = state.path(FOLDER)
  if (system.state(folder) === undefined) system.makeFolder(folder)
  const copy = join(folder, `${flatName(path)}.${stamp}`)
  system.remove(copy)
  system.writeNew(copy, content, { mode: 0o600, uid: 0, gid: 0 })
}

/** The copy of a file with this content; undefined if somebody has removed it. */
export function findCopy({ state }: Places, path: string, hash: string): Buffer | undefined {
  const copies = state.list(FOLDER).filter(name => name.startsWith(`${flatName(path)}.`))
  return copies.map(name => state.read(join(FOLDER, name))).find(copy => copy !== undefined && sha256(copy) === hash)
}

/** `etc+hosts` for `/etc/hosts`. A plus is escaped; a path that is too long for a name is cut and gets a hash. */
function flatName(path: string): string {
  const name = path.slice(1).replaceAll('%', '%25').replaceAll('+', '%2B').replaceAll('/', '+')
  return Buffer.byteLength(name) <= 200 ? name : `${[...name].slice(-40).join('')}.${sha256(path).slice(0, 12)}`
}
