import { isDeepStrictEqual } from 'node:util'
import { sha256 } from '../../base/sha256.ts'
import type { Manifest } from '../manifest.ts'
import { type FileRecord, type FileVersion, type HistoryEntry, tookEffect } from './entry.ts'
import type { History } from './history.ts'
import type { Masking } from './masking.ts'

/** A file that later entries changed, as an entry left it. */
export interface FormerFile extends Pick<FileRecord, 'path' | 'template' | 'made'> {
  readonly version: FileVersion | null
  /** As the first later entry found it. */
  readonly found: FileVersion | null
  /** What somebody changed in between, in words. Absent: nothing. */
  readonly note?: string
}

/**
 * The files that later entries changed, as an entry left them: what it or an earlier one wrote, even if somebody edited the file
 * before the first later one. That one's "before" counts if it is what gabarit owned, or if no earlier entry left a file there.
 * @param owned what gabarit owned after the entry
 */
export function formerFiles(entry: HistoryEntry, history: History, owned: Manifest, masking: Masking): FormerFile[] {
  const first = new Map<string, FileRecord & { readonly by: number }>()
  for (const later of history.after(entry.id).filter(tookEffect))
    for (const file of history.files(later)) if (!first.has(file.path)) first.set(file.path, { ...file, by: later.id })
  const left = leftBy(entry.id, history, new Set(first.keys()))
  const isOwned = (path: string, version: FileVersion | null) => {
    if (version === null || 'link' in version) return false
    const content = revealIn(history.objects.find(version.sha256), masking)
    return content !== undefined && sha256(content) === owned.get(path)?.sha256
  }
  return [...first.values()].map(({ path, template, made, before: found, by }): FormerFile => {
    const file = { path, template, ...(made && { made }), found }
    const known = left.get(path) ?? null
    // Actions renew keys and certificates without an entry.
    if (made) return { ...file, version: known ?? found }
    if (known === null) {
      if (!owned.has(path) || isOwned(path, found)) return { ...file, version: found }
      const note = `${path}: what gabarit wrote is no longer in the history; it becomes what entry ${by} found, an edit by hand`
      return { ...file, version: found, note }
    }
    if (isDeepStrictEqual(known, found)) return { ...file, version: known }
    // A file that somebody edited until it was as wanted was not written.
    if (!sameContent(known, found) && isOwned(path, found)) return { ...file, version: found }
    const note = `${path}: changed by hand before entry ${by}; that does not come back (gabarit show ${by} has it)`
    return { ...file, version: known, note }
  })
}

/** What the newest entry up to a number left of each of these paths. */
function leftBy(id: number, history: History, paths: Set<string>): ReadonlyMap<string, FileVersion | null> {
  const left = new Map<string, FileVersion | null>()
  for (const earlier of history.ids().reverse()) {
    if (paths.size === 0) break
    const entry = earlier > id ? undefined : history.entry(earlier)
    if (entry === undefined || !tookEffect(entry)) continue
    for (const { path, after } of history.files(entry)) if (paths.delete(path)) left.set(path, after)
  }
  return left
}

function sameContent(a: FileVersion, b: FileVersion | null): boolean {
  return b !== null && 'sha256' in a && 'sha256' in b && a.sha256 === b.sha256
}

/** A content of the history as it was written; undefined if it is missing, or a secret in it is no longer known. */
export function revealIn(content: Buffer | undefined, masking: Masking): Buffer | undefined {
  const text = content?.toString('utf8')
  if (content === undefined || text === undefined || !Buffer.from(text).equals(content)) return content
  const whole = masking.reveal(text)
  return whole === undefined ? undefined : Buffer.from(whole)
}
