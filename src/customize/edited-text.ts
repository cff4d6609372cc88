import { refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Context } from '../plan/context.ts'
import { readManifest } from '../state/manifest.ts'
import { lastWritten } from '../state/written.ts'
import { below } from '../system/places.ts'
import { mergeTexts } from './three-way.ts'

/**
 * The text that a file has to have when its edit is taken over. When settings or templates have changed since the file
 * was written, these changes stay, and the edit is merged into them.
 * @param wanted what the templates make now
 * @throws Failure (refused) when there is no edit, or it clashes with what has changed
 */
export function editedText({ places, system }: Context, path: string, wanted: string): string {
  const real = below(places, path)
  if (system.state(real)?.kind !== 'file')
    throw refusal(`there is no file ${path}, so there is no edit to adopt`, {
      hint: `Have it made again: gabarit restore ${path}`,
    })
  const content = system.read(real)
  const edited = content.toString('utf8')
  if (!Buffer.from(edited).equals(content))
    throw refusal(`${path} is not UTF-8 text, and fragments are`, { hint: `gabarit restore ${path}` })
  if (edited === wanted) throw refusal(`${path} is as the templates make it: there is nothing to adopt`)
  const hash = readManifest(places).get(path)?.sha256
  // Never written by gabarit: all that differs is the person's.
  if (hash === undefined || hash === sha256(wanted)) return edited
  if (hash === sha256(edited))
    throw refusal(`${path} was not edited by hand: templates or settings have changed since`, {
      hint: 'An event or gabarit apply brings it up to date.',
    })
  const base = lastWritten(hash, places)?.toString('utf8')
  const merge = base === undefined ? undefined : mergeTexts(base, edited, wanted, LABELS)
  if (merge !== undefined && merge.conflicts === 0 && merge.text !== wanted) return merge.text
  throw refusal(
    base === undefined
      ? `settings or templates have changed since ${path} was written, and what was written is not known any more`
      : `the edit of ${path} and what has changed in settings or templates since touch the same lines`,
    {
      hint: [
        `Look at both: expand-template --diff ${path}`,
        `Then: gabarit restore ${path}, or gabarit pin ${path} --note "why"`,
      ].join('\n'),
    },
  )
}

const LABELS = { mine: 'edited', base: 'last written', theirs: 'wanted' }
