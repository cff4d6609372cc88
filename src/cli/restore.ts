import { usageFailure } from '../base/failure.ts'
import { readManifest } from '../state/manifest.ts'
import { isPacked } from '../system/packed.ts'
import { headOf, kindOf } from '../system/read-files.ts'
import type { Invocation } from '../terminal/command.ts'
import type { Archives } from '../terminal/module.ts'
import { restoreEdited } from './edited-files.ts'
import { importOldServer } from './import-server.ts'

/**
 * `gabarit restore FILE`. A file that gabarit has written is regenerated, whatever is in it; else its first bytes say what it is.
 * @param archives the kinds that modules know
 * @param more options that only those have
 */
export async function restore(
  invocation: Invocation,
  archives: readonly Archives[],
  more: readonly string[],
): Promise<number> {
  const { args, io, places, flag } = invocation
  const meant = archives.find(({ option }) => flag(option))
  if (meant !== undefined) return meant.restore.run(invocation)
  const [name = '', ...others] = args
  if (others.length > 0) throw usageFailure(`too many arguments for gabarit restore: ${others.join(' ')}`)
  const file = io.resolve(name)
  const isOurs = readManifest(places).has(name)
  const head = isOurs || kindOf(file) !== 'file' ? Buffer.alloc(0) : headOf(file)
  const archive = isOurs
    ? undefined
    : archives.find(
        ({ begin, name: named }) => head.subarray(0, begin.length).equals(Buffer.from(begin)) || named.test(name),
      )
  if (archive !== undefined) return archive.restore.run(invocation)
  refuseOptions(invocation, more, 'for backups of gabarit, which end in .tar.age')
  if (isOurs || !(kindOf(file) === 'folder' || isPacked(head))) return restoreEdited(invocation)
  refuseOptions(invocation, PLANNED, 'not for an old server: the next event makes its settings real')
  return importOldServer(invocation, file)
}

/** What an import has not: it changes no service. */
const PLANNED = ['plan', 'confirm', 'confirm-within', 'check', 'overwrite', 'json-lines']

/** @throws Failure (usage) if one of them is given */
function refuseOptions({ flag, value }: Invocation, names: readonly string[], why: string): void {
  const given = names.find(name => flag(name) || value(name) !== undefined)
  if (given !== undefined) throw usageFailure(`--${given} is ${why}`)
}
