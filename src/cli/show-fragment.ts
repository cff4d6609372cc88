import { EXIT, Failure, orFailure, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { sha256 } from '../base/sha256.ts'
import { findFragment } from '../customize/find-fragment.ts'
import { mergedContents } from '../customize/merge.ts'
import { findOverrides, type Override } from '../override/state.ts'
import { textDiff } from '../plan/diff.ts'
import type { Places } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { searchList } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { originOf } from './templates.ts'

/** `gabarit fragment show TEMPLATE FRAGMENT` */
export async function show({ args, flag, places, print, printExact }: Invocation): Promise<number> {
  const layers = searchList(places)
  const [given = '', fragmentPath = ''] = args
  const { template, whole, name, path, fragment } = findFragment(layers, given, fragmentPath)
  if (fragment === undefined) {
    const names = template.fragments.map(each => each.name)
    throw refusal(`/${template.name} has no fragment "${name}"${didYouMean(name, names)}`)
  }
  const { file, shadows } = fragment
  const text = readText(file)
  if (!flag('json')) {
    printExact(text)
    return EXIT.done
  }
  const override = findOverrides(places, layers).find(each => each.kind === 'template' && each.file === file)
  const merge = override === undefined ? null : mergeData(places, override)
  const data = {
    ...{ template: `/${template.name}`, belongsTo: whole, fragment: name, file, sha256: sha256(text), text },
    ...{
      from: originOf(fragment, layers),
      own: override?.file === file,
      state: override?.state ?? null,
      replaces: shadows ?? null,
    },
    diff: shadows === undefined ? '' : diffOf(path, readText(shadows), text),
    merge,
  }
  print(JSON.stringify(data, null, 2))
  return EXIT.done
}

/** What the shipped fragment has changed since, and both merged; null if the override is not stale. */
function mergeData(places: Places, override: Override): object | null {
  const { state, shadow, path } = override
  if (state !== 'stale' || shadow === undefined) return null
  const merge = orFailure(() => mergedContents(places, override, shadow))
  if (merge instanceof Failure) return { problem: merge.describe() }
  const { old, shipped, merged, conflicts } = merge
  const text = Buffer.from(merged, 'latin1').toString('utf8')
  return { text, conflicts, changes: diffOf(path, old.toString('utf8'), shipped.toString('utf8')) }
}

function diffOf(path: string, before: string, after: string): string {
  return before === after ? '' : textDiff(path, before, after)
}
