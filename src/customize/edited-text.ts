import { refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Context } from '../plan/context.ts'
import { lastWritten } from '../state/last-written.ts'
import { readManifest } from '../state/manifest.ts'
import { below } from '../system/places.ts'
import { mergeTexts } from './three-way.ts'

/**
 * The text that a file should have once its edit is adopted. If settings or templates have changed since the file was
 * written, the edit is merged into those changes.
 * @param wanted what the templates generate now
 * @throws Failure (refused) if there is no edit, or if it conflicts with those changes
 */
export function editedText({ places, system }: Context, path: string, wanted: string): string {
  const real = below(places, path)
  if (system.state(real)?.kind !== 'file')
    throw refusal(`there is no file ${path}, so there is no edit to adopt`, {
      hint: `Regenerate it: gabarit restore ${path}`,
    })
  const content = system.read(real)
  const edited = content.toString('utf8')
  if (!Buffer.from(edited).equals(content))
    throw refusal(`${path} is not UTF-8 text, as fragments must be`, { hint: `gabarit restore ${path}` })
  if (edited === wanted) throw refusal(`${path} is what the templates generate: there is nothing to adopt`)
  const hash = readManifest(places).get(path)?.sha256
  // Never written by gabarit: every difference is a manual edit.
  if (hash === undefined || hash === sha256(wanted)) return edited
  if (hash === sha256(edited))
    throw refusal(`${path} was not edited by hand, but templates or settings have changed since`, {
      hint: 'An event or gabarit apply will update it.',
    })
  const base = lastWritten(hash, places)?.toString('utf8')
  const labels = { mine: 'edited', base: 'last written', theirs: 'wanted' }
  const merge = base === undefined ? undefined : mergeTexts(base, edited, wanted, labels)
  if (merge !== undefined && merge.conflicts === 0 && merge.text !== wanted) return merge.text
  throw refusal(
    base === undefined
      ? `settings or templates have changed since ${path} was written, and what was written is no longer known`
      : `the edit of ${path} conflicts with later changes to settings or templates`,
    {
      hint: [
        `Compare them: expand-template --diff ${path}`,
        `Then: gabarit restore ${path}, or gabarit pin ${path} --note "why"`,
      ].join('\n'),
    },
  )
}
