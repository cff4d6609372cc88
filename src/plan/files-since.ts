import type { FileVersion, HistoryEntry } from '../state/history/entry.ts'
import { formerFiles } from '../state/history/former-files.ts'
import type { History } from '../state/history/history.ts'
import { MaskedFiles } from '../state/history/masked-files.ts'
import { maskingWith, showMasked } from '../state/history/masking.ts'
import { below, type Places } from '../system/places.ts'
import { kindOf, linkText, readBytes } from '../system/read-files.ts'
import { textDiff } from './diff.ts'
import { manifestOf } from './restore-entry.ts'

/** One file that differs, for people. */
export interface FileDifference {
  readonly path: string
  readonly diff: string
}

/** Of the files that later entries changed, those that differ now from what an entry left. */
export function filesSince(entry: HistoryEntry, history: History, places: Places): FileDifference[] {
  const masking = maskingWith(places)
  const contents = new MaskedFiles(places, history.objects, masking)
  const former = formerFiles(entry, history, manifestOf(entry, history), masking)
  return former.flatMap(({ path, version }) => {
    const [old, now] = [shown(version, history), presentText(below(places, path), path, contents)]
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
