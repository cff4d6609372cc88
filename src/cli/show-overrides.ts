import { createTwoFilesPatch } from 'diff'
import { Failure } from '../base/failure.ts'
import { baseContent, type MergeResult, mergePath } from '../customize/merge.ts'
import type { Base } from '../override/bases.ts'
import { contentOf } from '../override/content.ts'
import type { OverrideName } from '../override/custom-files.ts'
import type { Override } from '../override/state.ts'
import { colourDiff } from '../plan/diff.ts'
import type { Places } from '../system/places.ts'
import { exists, readBytes } from '../system/read-files.ts'
import type { Invocation } from '../terminal/command.ts'

export type NamedOverride = Override & { readonly name: OverrideName }

/** A merge of one override, or why it failed. */
export interface TriedMerge {
  readonly override: NamedOverride
  readonly result: MergeResult | Failure
}

/** The list for people: state, file, what it replaces, and what to do. */
export function listAsText(overrides: readonly NamedOverride[], places: Places): string {
  if (overrides.length === 0) return 'the site has no overrides'
  const width = Math.max(...overrides.map(({ state }) => state.length))
  return overrides
    .flatMap(override => [
      `${override.state.padEnd(width)}  ${override.file}`,
      ...notes(override, places).map(note => `${' '.repeat(width)}    ${note}`),
    ])
    .join('\n')
}

function notes(override: NamedOverride, places: Places): string[] {
  const { state, shadow, base, unchangedCopy, name } = override
  const words = name.join(' ')
  const waiting = waitingMerge(override, places)
  return [
    ...(shadow === undefined ? [] : [`replaces ${shadow.file}`]),
    ...(unchangedCopy
      ? [`unchanged copy of ${state === 'in step' ? 'it: you can remove yours' : 'an earlier version'}`]
      : []),
    ...(base === undefined || unchangedCopy || state === 'new' ? [] : [ORIGINS[base.origin]]),
    ...(state === 'unknown base' ? ['the next event or expansion records what is shipped now as its base'] : []),
    ...(state === 'shadows nothing any more' ? [`remove it, or: gabarit overrides keep ${words}`] : []),
    ...(state === 'stale' ? [`gabarit overrides diff ${words}`, `gabarit overrides merge ${words}`] : []),
    ...(waiting === undefined ? [] : [`an unfinished merge is in ${waiting}`]),
  ]
}

const ORIGINS: Readonly<Record<Base['origin'], string>> = {
  customize: 'copied by "gabarit customize"',
  copy: 'copied by hand',
  seen: 'compared with the shipped file when gabarit first saw it',
  merge: 'merged',
  keep: 'kept by "gabarit overrides keep"',
}

/** The list as data. */
export function listAsData(overrides: readonly NamedOverride[], places: Places): object[] {
  return overrides.map(override => {
    const { kind, name, file, state, shadow, base, unchangedCopy } = override
    const known = base === undefined ? null : { sha256: base.sha256, origin: base.origin }
    const merge = waitingMerge(override, places) ?? null
    return { kind, name, file, state, replaces: shadow?.file ?? null, base: known, unchangedCopy, merge }
  })
}

function waitingMerge({ id, remembered }: NamedOverride, places: Places): string | undefined {
  const file = mergePath(places, id)
  return remembered?.merging !== undefined && exists(file) ? file : undefined
}

/** How the shipped file has changed since the custom one was made from it. */
export async function shippedDiff(override: NamedOverride, { places, flag, colour }: Invocation): Promise<string> {
  const now = override.shadow === undefined ? Buffer.alloc(0) : contentOf(override.shadow.file)
  const before = baseContent(places, override)
  const diff = textDiff('shipped before', override.shadow?.file ?? '/dev/null', before, now)
  return colour && !flag('json') ? colourDiff(diff) : diff
}

/** The result of a merge, for people. */
export function mergeAsText({ override, result }: TriedMerge, invocation: Invocation): string {
  if (result instanceof Failure) return result.describe()
  const { file, name } = override
  switch (result.outcome) {
    case 'nothing to merge':
      return `${file}: nothing to merge (${override.state})`
    case 'needs you':
      if (result.edit === file) return `${file}: ${result.problem}`
      if (invocation.flag('dry-run')) return `${file}: would need your attention: ${result.problem}`
      return [
        `${file}: not merged, nothing in effect has changed: ${result.problem}`,
        `  1. Edit ${result.edit}`,
        `  2. gabarit overrides merge ${name.join(' ')}`,
      ].join('\n')
    case 'merged': {
      if (invocation.flag('dry-run')) {
        const diff = textDiff(file, file, readBytes(file), Buffer.from(result.text, 'latin1'))
        return diff === '' ? `${file}: already has all changes` : invocation.colour ? colourDiff(diff) : diff
      }
      const template = name[0].startsWith('/') ? [`  To see the effect: expand-template --diff ${name[0]}`] : []
      const copy = result.unchangedCopy ? ['  It is now identical to the shipped file: you can remove it.'] : []
      return [`${file}: merged`, `  Previous version: ${result.former}`, ...copy, ...template].join('\n')
    }
  }
}

/** The same as plain data. */
export function mergeAsData({ override: { name, file }, result }: TriedMerge): object {
  if (result instanceof Failure) return { name, file, outcome: 'failed', problem: result.describe() }
  // The text itself is in the file.
  return { name, file, ...result, text: undefined }
}

function textDiff(from: string, to: string, before: Buffer, after: Buffer): string {
  if (before.equals(after)) return ''
  const text = createTwoFilesPatch(from, to, before.toString('utf8'), after.toString('utf8'))
  return text.replace(/^=+\n/, '').replace(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2')
}
