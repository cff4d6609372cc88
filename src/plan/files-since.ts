import type { FileVersion, HistoryEntry } from '../state/history/entry.ts'
import type { History } from '../state/history/history.ts'
import { MaskedFiles } from '../state/history/masked-files.ts'
import { maskingWith, showMasked } from '../state/history/masking.ts'
import { below, type Places } from '../system/places.ts'
import { kindOf, linkText, readBytes } from '../system/read-files.ts'
import { textDiff } from './diff.ts'

/** One file that differs, for people. */
export interface FileDifference {
  readonly path: string
  readonly diff: string
}

/** Of the files that later entries touched, those that differ now from their state after an entry. */
export function filesSince(entry: HistoryEntry, history: History, places: Places): FileDifference[] {
  const masking = maskingWith(places)
  const first = new Map<string, FileVersion | null>()
  for (const later of history.after(entry.id))
    for (const { path, before } of history.files(later)) if (!first.has(path)) first.set(path, before)
  const contents = new MaskedFiles(places, history.objects, masking)
  return [...first].flatMap(([path, before]) => {
    const [old, now] = [shown(before, history), presentText(below(places, path), path, contents)]
    return old === now ? [] : [{ path, diff: textDiff(path, old, now) }]
  })
}

function shown(version: FileVersion | null, history: History): string | undefined {
  if (version === null) return undefined
  if ('link' in version) return sayLink(version.link)
  return showMasked(history.objects.get(version.sha256).toString('utf8'))
}

function presentText(real: string, path: string, contents: MaskedFiles): string | undefined {
  const target = linkText(real)
  if (target !== undefined) return sayLink(target)
  return kindOf(real) === 'file' ? showMasked(contents.hidePresent(path, readBytes(real)).toString('utf8')) : undefined
}

function sayLink(target: string): string {
  return `link to ${target}\n`
}
