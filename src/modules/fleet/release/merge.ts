import { isDeepStrictEqual } from 'node:util'
import { type DbRecord, makeRecord, type Records, sortedMap } from '../../../db/record.ts'
import type { Layers } from './records.ts'
import type { LayerContents } from './resolve.ts'

/** Which side wins where both have changed the same. */
export type Side = 'mine' | 'theirs'

/** The records and files of a fleet on three sides. */
export interface Sides {
  /** What both come from. */
  readonly base: Layers
  readonly mine: Layers
  readonly theirs: Layers
}

/** What both sides say together. */
export interface Merged {
  readonly layers: Layers
  /** What both have changed in different ways, in words: `group web: configuration sshd TCPPort`. */
  readonly conflicts: readonly string[]
}

/**
 * Takes over what either side has changed since the base.
 * @param preferred what is taken where both have changed the same
 */
export function mergeLayers({ base, mine, theirs }: Sides, preferred: Side): Merged {
  const conflicts: string[] = []
  const names = union(base, mine, theirs)
  const layers = names.map((name): [string, LayerContents] => {
    const sides = <T>(part: (layer: LayerContents | undefined) => T): Three<T> => [
      part(base.get(name)),
      part(mine.get(name)),
      part(theirs.get(name)),
    ]
    const merge = new LayerMerge(preferred, what => conflicts.push(`${name.replace('/', ' ')}: ${what}`))
    const databases = union(...sides(layer => layer?.databases)).map(
      database => [database, merge.records(database, ...sides(layer => layer?.databases.get(database)))] as const,
    )
    const files = merge.map(path => `/etc/gabarit/${path}`, ...sides(layer => layer?.files))
    return [name, { from: name.replace('/', ' '), databases: new Map(databases), files }]
  })
  return { layers: new Map(layers), conflicts }
}

type Three<T> = readonly [base: T, mine: T, theirs: T]

function union(...maps: readonly (ReadonlyMap<string, unknown> | undefined)[]): string[] {
  return [...new Set(maps.flatMap(map => [...(map?.keys() ?? [])]))]
}

/** One part of a fleet. */
class LayerMerge {
  readonly #preferred: Side
  readonly #differs: (what: string) => void

  constructor(preferred: Side, differs: (what: string) => void) {
    this.#preferred = preferred
    this.#differs = differs
  }

  records(database: string, ...[base, mine, theirs]: Three<Records | undefined>): Records {
    const merged = union(base, mine, theirs).flatMap(key => {
      const record = this.#record(`${database} ${key}`, base?.get(key), mine?.get(key), theirs?.get(key))
      return record === undefined ? [] : [[key, record] as const]
    })
    return sortedMap(merged)
  }

  /** Property by property if both have it; else as a whole: half of a removed record would be none. */
  #record(name: string, ...sides: Three<DbRecord | undefined>): DbRecord | undefined {
    const [base, mine, theirs] = sides
    if (mine === undefined || theirs === undefined) return this.#one(name, base, mine, theirs)
    const type = this.#one(name, base?.type, mine.type, theirs.type)
    const properties = this.map(property => `${name} ${property}`, base?.properties, mine.properties, theirs.properties)
    return makeRecord(mine.key, type ?? mine.type, properties)
  }

  map<T>(nameOf: (key: string) => string, ...[base, mine, theirs]: Three<ReadonlyMap<string, T> | undefined>) {
    const merged = union(base, mine, theirs).flatMap(key => {
      const value = this.#one(nameOf(key), base?.get(key), mine?.get(key), theirs?.get(key))
      return value === undefined ? [] : [[key, value] as const]
    })
    return new Map<string, T>(merged)
  }

  /** Undefined: it does not exist. */
  #one<T>(name: string, base: T | undefined, mine: T | undefined, theirs: T | undefined): T | undefined {
    if (isDeepStrictEqual(mine, theirs) || isDeepStrictEqual(theirs, base)) return mine
    if (isDeepStrictEqual(mine, base)) return theirs
    this.#differs(name)
    return this.#preferred === 'mine' ? mine : theirs
  }
}
