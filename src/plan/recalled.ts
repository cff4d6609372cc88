import { orUndefined, unlessFailed } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { integer, listOf, objectOf, recordOf, text } from '../base/shape.ts'
import { parseLike, serialize } from '../db/json.ts'
import { isSealed, type Records } from '../db/record.ts'
import { History } from '../state/history/history.ts'
import { readManifest } from '../state/manifest.ts'
import type { Places } from '../system/places.ts'
import { engineVersion } from '../system/programs.ts'
import { StateFile } from '../system/state-file.ts'
import { type Group, type Made, Recall } from '../template/recall.ts'

/** How outputs were made, by path, and by which gabarit. */
interface List {
  readonly engine: string
  readonly made: ReadonlyMap<string, Made>
}

const stored = objectOf({
  engine: text,
  questions: listOf(text),
  /** The lists of questions, by number. */
  groups: listOf(
    objectOf({
      ...{ template: text, answers: text, databases: recordOf(text) },
      ...{ own: listOf(integer), others: listOf(integer) },
    }),
  ),
  /** The number of the group, the output, the answers, the stamp. */
  outputs: recordOf(text),
})

/** Only a help: an event without it makes all outputs again. */
const MADE = new StateFile<List>('made.json', {
  what: 'the list of how outputs were made',
  shape: value => {
    const { engine, questions, groups, outputs } = stored(value)
    const named = (numbers: readonly number[]) => numbers.map(number => questions[number] ?? '')
    const known = groups.map(({ own, others, databases, ...group }): Group => {
      return { ...group, asked: { own: named(own), others: named(others) }, databases: () => databases }
    })
    const made = new Map<string, Made>()
    for (const [path, line] of Object.entries(outputs)) {
      const [number, output = '', answers = '', stamp] = line.split(' ')
      const group = known[Number(number)]
      if (group !== undefined) made.set(path, { group, output, answers, stamp })
    }
    return { engine, made }
  },
  wayOut: 'Remove it: the next event writes a new one.',
  format: ({ engine, made }) => {
    const [groups, questions] = [new Map<Group, number>(), new Map<string, number>()]
    const placeOf = <One>(places: Map<One, number>, one: One) =>
      places.get(one) ?? places.set(one, places.size).size - 1
    const outputs = [...made].map(([path, { group, output, answers, stamp = [] }]) => {
      return [path, [placeOf(groups, group), output, answers].concat(stamp).join(' ')] as const
    })
    const numbers = (list: readonly string[]) => list.map(question => placeOf(questions, question))
    return JSON.stringify({
      version: 3,
      engine,
      groups: [...groups.keys()].map(({ asked: { own, others }, databases, template, answers }) => {
        return { template, answers, databases: databases(), own: numbers(own), others: numbers(others) }
      }),
      questions: [...questions.keys()],
      outputs: Object.fromEntries(outputs),
    })
  },
})

/** What an event need not make again. */
export function readRecall(places: Places): Recall {
  const manifest = readManifest(places)
  const list = unlessFailed(() => MADE.read(places))
  const { objects } = new History(places)
  return new Recall({
    made: list?.engine === engineVersion(places.shipped) ? list.made : new Map(),
    written: path => manifest.get(path)?.sha256,
    hashOf,
    records: (hash, like) => orUndefined(() => parseLike(objects.get(hash).toString('utf8'), like)),
  })
}

/** The name of a database in the history. One with secrets is there in another form. */
function hashOf(records: Records): string | undefined {
  for (const record of records.values()) if (isSealed(record)) return undefined
  return sha256(serialize(records))
}

/** With fewer new outputs than one in so many, keeping them would cost more than to make them again. */
const WORTH_KEEPING = 500

/** Keeps it for the next event, unless little is new. If that fails, more is made again. */
export function keepRecall({ made, past, fresh }: Recall, places: Places): void {
  if (fresh === 0 || fresh * WORTH_KEEPING < past.made.size) return
  const manifest = readManifest(places)
  const kept = [...past.made].filter(([path]) => manifest.has(path))
  orUndefined(() => MADE.write(places, { engine: engineVersion(places.shipped), made: new Map([...kept, ...made]) }))
}
