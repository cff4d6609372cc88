import { join } from 'node:path'
import type { FileVersion, HistoryEntry } from '../state/history/entry.ts'
import { revealIn } from '../state/history/former-files.ts'
import type { History } from '../state/history/history.ts'
import type { Masking } from '../state/history/masking.ts'
import { below, type Places } from '../system/places.ts'
import type { System } from '../system/system.ts'

/**
 * Overrides that commands such as `gabarit adopt` made in these entries, and that somebody has edited or removed since: they belong
 * to that person, and going back leaves them alone.
 * @returns their paths
 */
export function editedOverrides(
  later: readonly HistoryEntry[],
  history: History,
  { places, system, masking }: { places: Places; system: System; masking: Masking },
): Set<string> {
  const left = new Map<string, FileVersion | null>()
  for (const entry of later) for (const { path, after } of history.files(entry)) left.set(path, after)
  const isAsLeft = (path: string, version: FileVersion | null) => {
    const real = below(places, path)
    const kind = system.state(real)?.kind
    if (version === null || 'link' in version) return kind === undefined
    const content = revealIn(history.objects.find(version.sha256), masking)
    return kind === 'file' && content?.equals(system.read(real)) === true
  }
  const folder = join(places.site, 'templates-custom/')
  const own = [...left].filter(([path]) => below(places, path).startsWith(folder))
  return new Set(own.flatMap(([path, version]) => (isAsLeft(path, version) ? [] : [path])))
}
