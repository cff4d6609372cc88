import { orUndefined, refusal, unlessFailed } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { integer, listOf, objectOf, optional, recordOf, text } from '../base/shape.ts'
import { readManifest } from '../state/manifest.ts'
import { below, type Places } from '../system/places.ts'
import { engineVersion } from '../system/programs.ts'
import { StateFile } from '../system/state-file.ts'
import { type Made, Recall } from '../template/recall.ts'
import type { Context } from './context.ts'

const stored = objectOf({
  /** The lists of questions, which many outputs share. */
  lists: listOf(listOf(text)),
  outputs: recordOf(objectOf({ own: integer, others: integer, hash: text, stamp: optional(text) })),
})

/** How outputs were made, by path. Only a help: an event without it makes all outputs again. */
const MADE = new StateFile<ReadonlyMap<string, Made>>('made.json', {
  what: 'the list of how outputs were made',
  shape: value => {
    const { lists, outputs } = stored(value)
    const made = new Map<string, Made>()
    for (const [path, output] of Object.entries(outputs)) {
      const [own, others] = [lists[output.own], lists[output.others]]
      if (own !== undefined && others !== undefined)
        made.set(path, { asked: { own, others }, hash: output.hash, stamp: output.stamp })
    }
    return made
  },
  wayOut: 'Remove it: the next event writes a new one.',
  format: made => {
    const lists = new Map<readonly string[], number>()
    const placeOf = (list: readonly string[]) => lists.get(list) ?? lists.set(list, lists.size).size - 1
    const outputs = [...made].map(([path, { asked, hash, stamp }]) => {
      return [path, { own: placeOf(asked.own), others: placeOf(asked.others), hash, stamp }] as const
    })
    return JSON.stringify({ version: 1, lists: [...lists.keys()], outputs: Object.fromEntries(outputs) })
  },
})

/** What an event need not make again. */
export function readRecall({ places, system }: Pick<Context, 'places' | 'system'>): Recall {
  const manifest = readManifest(places)
  return new Recall(
    engineVersion(places.shipped),
    unlessFailed(() => MADE.read(places)) ?? new Map(),
    (path, known) => {
      const hash = manifest.get(path)?.sha256
      const real = below(places, path)
      const { kind, stamp } = system.state(real) ?? {}
      if (hash === undefined || kind !== 'file') return undefined
      const read = () => {
        const content = system.read(real)
        return sha256(content) === hash ? content.toString('utf8') : undefined
      }
      const untouched = stamp !== undefined && stamp === known
      const text = untouched ? undefined : read()
      if (!untouched && text === undefined) return undefined
      return { hash, stamp, text: () => text ?? read() ?? changedMeanwhile(path) }
    },
  )
}

function changedMeanwhile(where: string): never {
  throw refusal('was changed at this moment', { where, hint: 'Nothing was changed. Signal the event again.' })
}

/** With fewer new outputs than one in so many, keeping them would cost more than to make them again. */
const WORTH_KEEPING = 100

/** Keeps it for the next event, unless little is new. If that fails, more is made again. */
export function keepRecall({ made, former }: Recall, places: Places): void {
  const fresh = [...made].filter(([path, one]) => former.get(path) !== one)
  if (fresh.length === 0 || fresh.length * WORTH_KEEPING < former.size) return
  const manifest = readManifest(places)
  const kept = [...former].filter(([path]) => manifest.has(path))
  orUndefined(() => MADE.write(places, new Map([...kept, ...made])))
}
