import { orUndefined, unlessFailed } from '../base/failure.ts'
import { integer, listOf, objectOf, optional, recordOf, text } from '../base/shape.ts'
import { readManifest } from '../state/manifest.ts'
import type { Places } from '../system/places.ts'
import { engineVersion } from '../system/programs.ts'
import { StateFile } from '../system/state-file.ts'
import { type Made, Recall } from '../template/recall.ts'

const stored = objectOf({
  questions: listOf(text),
  /** The lists of questions, by number: many outputs share them. */
  lists: listOf(listOf(integer)),
  outputs: recordOf(objectOf({ own: integer, others: integer, hash: text, stamp: optional(text) })),
})

/** How outputs were made, by path. Only a help: an event without it makes all outputs again. */
const MADE = new StateFile<ReadonlyMap<string, Made>>('made.json', {
  what: 'the list of how outputs were made',
  shape: value => {
    const { questions, lists, outputs } = stored(value)
    const texts = lists.map(list => list.map(number => questions[number] ?? ''))
    const made = new Map<string, Made>()
    for (const [path, output] of Object.entries(outputs)) {
      const [own, others] = [texts[output.own], texts[output.others]]
      if (own !== undefined && others !== undefined)
        made.set(path, { asked: { own, others }, hash: output.hash, stamp: output.stamp })
    }
    return made
  },
  wayOut: 'Remove it: the next event writes a new one.',
  format: made => {
    const [lists, questions] = [new Map<readonly string[], number>(), new Map<string, number>()]
    const placeOf = <One>(places: Map<One, number>, one: One) =>
      places.get(one) ?? places.set(one, places.size).size - 1
    const outputs = [...made].map(([path, { asked, hash, stamp }]) => {
      return [path, { own: placeOf(lists, asked.own), others: placeOf(lists, asked.others), hash, stamp }] as const
    })
    const numbers = [...lists.keys()].map(list => list.map(question => placeOf(questions, question)))
    return JSON.stringify({
      version: 2,
      questions: [...questions.keys()],
      lists: numbers,
      outputs: Object.fromEntries(outputs),
    })
  },
})

/** What an event need not make again. */
export function readRecall(places: Places): Recall {
  const manifest = readManifest(places)
  const former = unlessFailed(() => MADE.read(places)) ?? new Map()
  return new Recall(engineVersion(places.shipped), former, path => manifest.get(path)?.sha256)
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
