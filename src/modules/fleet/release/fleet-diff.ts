import { cached } from '../../../base/cached.ts'
import { Descriptions } from '../../../db/describe.ts'
import { isSecret } from '../../../db/sealing.ts'
import { colourDiff, textDiff } from '../../../plan/diff.ts'
import { recordChanges } from '../../../state/history/changes.ts'
import type { PropertyChange } from '../../../state/history/entry.ts'
import type { Places } from '../../../system/places.ts'
import { changeLines } from '../../../terminal/change-lines.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { needController } from '../member.ts'
import type { Store } from '../store/store.ts'
import { baseLayers, baseNumber } from './base.ts'
import { readLayers } from './layer-contents.ts'
import type { Layers } from './records.ts'
import { releaseNumbers } from './release.ts'
import type { LayerContents, SiteFile } from './resolve.ts'

/** What is different in one part of the fleet. */
export interface LayerDifference {
  readonly part: string
  readonly properties: readonly PropertyChange[]
  readonly files: readonly { readonly path: string; readonly diff: string }[]
}

/** `gabarit fleet diff`: what the next release would change for the fleet. */
export async function diff({ places, colour, answer }: Invocation, store: Store): Promise<number> {
  const member = needController(places)
  const since = baseNumber(places)
  const newest = Math.max(0, ...(await releaseNumbers(store)))
  const found = differences(await baseLayers(places, member), readLayers(places), places)
  const lines = differenceLines(found, colour)
  const nothing = since === 0 ? 'nothing is said for the fleet yet' : `nothing differs from release ${since}`
  const outdated =
    newest > since ? [`another controller has published release ${newest} since: gabarit fleet pull`] : []
  const shown = lines.length === 0 ? [nothing] : lines
  return answer({ since: since === 0 ? null : since, newest, parts: found }, [...shown, ...outdated].join('\n'))
}

/** For people. */
export function differenceLines(found: readonly LayerDifference[], colour: boolean): string[] {
  return found.flatMap(({ part, properties, files }) => [
    `${part}:`,
    ...changeLines(properties),
    ...files.map(({ diff: text }) => (colour ? colourDiff(text) : text).trimEnd()),
  ])
}

/** What differs in each part, with secrets hidden. */
export function differences(before: Layers, after: Layers, places: Places): LayerDifference[] {
  const descriptions = new Descriptions(places)
  const types = new Map<string, Set<string>>()
  for (const { databases } of [before, after].flatMap(side => [...side.values()]))
    for (const [database, records] of databases)
      for (const { key, type } of records.values())
        cached(types, `${database}\0${key}`, () => new Set<string>()).add(type)
  const hidden = (change: PropertyChange): PropertyChange => {
    const { database, key, property } = change
    const known = [...(types.get(`${database}\0${key}`) ?? [])]
    const secret = known.some(type => isSecret(descriptions.of(database, key, type), property))
    const hide = (value: string | null) => (value === null || !secret ? value : '********')
    return { ...change, old: hide(change.old), new: hide(change.new) }
  }
  return [...new Set([...before.keys(), ...after.keys()])].flatMap(path => {
    const [old, now] = [before.get(path) ?? NONE, after.get(path) ?? NONE]
    const names = [...new Set([...old.databases.keys(), ...now.databases.keys()])]
    const properties = names.flatMap(name =>
      recordChanges(name, old.databases.get(name) ?? new Map(), now.databases.get(name) ?? new Map()),
    )
    const files = [...new Set([...old.files.keys(), ...now.files.keys()])].flatMap(file => {
      const text = fileDiff(`/etc/gabarit/${file}`, old.files.get(file), now.files.get(file))
      return text === '' ? [] : [{ path: file, diff: text }]
    })
    if (properties.length + files.length === 0) return []
    return [{ part: path.replace('/', ' '), properties: properties.map(hidden), files }]
  })
}

const NONE: LayerContents = { from: '', databases: new Map(), files: new Map() }

function fileDiff(path: string, old: SiteFile | undefined, now: SiteFile | undefined): string {
  const [before, after] = [textOf(old), textOf(now)]
  const mode = old !== undefined && now !== undefined && isProgram(old) !== isProgram(now)
  if (before === after) return mode ? `${path}: ${isProgram(now) ? 'becomes' : 'is no longer'} executable\n` : ''
  return textDiff(path, before, after)
}

function textOf(file: SiteFile | undefined): string | undefined {
  if (file === undefined) return undefined
  return 'link' in file ? `link to ${file.link}\n` : file.data.toString('utf8')
}

function isProgram(file: SiteFile | undefined): boolean {
  return file !== undefined && 'program' in file && file.program
}
