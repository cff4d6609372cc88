import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Everything about a tree that a command could change, by path: kind, mode, owner, time of change and content. */
export type TreeState = ReadonlyMap<string, string>

/** Remembers folders, to show later that not one byte of them changed. A folder that is missing is remembered too. */
export function treeState(...folders: string[]): TreeState {
  const state = new Map<string, string>()
  for (const folder of folders) record(folder, state)
  return state
}

/** The paths that differ, each with how: nothing when the trees are the same. */
export function treeChanges(before: TreeState, after: TreeState): string[] {
  const paths = [...new Set([...before.keys(), ...after.keys()])].sort()
  return paths
    .filter(path => before.get(path) !== after.get(path))
    .map(path => `${path}: ${before.get(path) ?? 'missing'} -> ${after.get(path) ?? 'missing'}`)
}

function record(path: string, state: Map<string, string>): void {
  if (!existsSync(path) && lstatSync(path, { throwIfNoEntry: false }) === undefined) return
  const stat = lstatSync(path, { bigint: true })
  const facts = [stat.mode.toString(8), stat.uid, stat.gid, stat.mtimeNs, stat.ino]
  if (stat.isSymbolicLink()) facts.push(readlinkSync(path))
  if (stat.isFile()) facts.push(createHash('sha256').update(readFileSync(path)).digest('hex'))
  state.set(path, facts.join(' '))
  if (stat.isDirectory()) for (const name of readdirSync(path).sort()) record(join(path, name), state)
}
