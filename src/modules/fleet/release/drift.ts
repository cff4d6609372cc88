import { open, seal } from '../../../archive/sealed.ts'
import { refusal } from '../../../base/failure.ts'
import { listOf, matching, objectOf, orNull, type TypeOf, text } from '../../../base/shape.ts'
import { NOTHING_OWNED, OWNED } from '../../../db/owned.ts'
import { takeSnapshot, valueIn } from '../../../state/history/snapshot.ts'
import { DATABASE_NAME, type Places } from '../../../system/places.ts'
import type { System } from '../../../system/system.ts'
import { changedFiles } from './files.ts'
import { readJson } from './signed.ts'

/** What differs on a host from what the fleet has set there. */
export type Drift = TypeOf<typeof drift>
const drift = objectOf({
  values: listOf(
    objectOf({
      /** The host says so: never a path. */
      database: matching(DATABASE_NAME, 'the name of a database'),
      key: text,
      /** Of the record, as the fleet has set it. */
      type: text,
      property: orNull(text),
      /** As it is there; null: somebody has removed it. */
      value: orNull(text),
      /** As the fleet has set it. */
      fleet: text,
      from: text,
    }),
  ),
  /** Below /etc/gabarit. */
  files: listOf(text),
})

/** What differs on this host, and who may know. */
export function driftHere(places: Places, system: System): Drift & { readonly controllers: readonly string[] } {
  const owned = OWNED.read(places) ?? NOTHING_OWNED
  const present = takeSnapshot(places)
  const types = new Map(owned.values.flatMap(one => (one.property === null ? [[idOf(one), one.value]] : [])))
  const values = owned.values.flatMap(({ value: fleet, former: _, ...place }) => {
    const value = valueIn(present, place)
    return value === fleet ? [] : [{ ...place, value, fleet, type: types.get(idOf(place)) ?? '' }]
  })
  return { values, files: changedFiles(owned, { places, system }), controllers: owned.controllers }
}

function idOf({ database, key }: { readonly database: string; readonly key: string }): string {
  return `${database}\0${key}`
}

/** Tells the controllers what differs here. Others cannot read it, because values may be secrets. */
export class DriftReport {
  readonly #places: Places
  readonly #system: System
  /** It looks different each time it is encrypted, so it is only done when something has changed. */
  #last = { clear: '', sealed: '' }

  constructor(places: Places, system: System) {
    this.#places = places
    this.#system = system
  }

  /** Empty if nothing differs. */
  async text(): Promise<string> {
    const { controllers, ...found } = driftHere(this.#places, this.#system)
    if (found.values.length + found.files.length === 0 || controllers.length === 0) return ''
    const clear = JSON.stringify({ found, controllers })
    if (this.#last.clear !== clear) {
      const entry = { name: ENTRY, data: Buffer.from(JSON.stringify(found)) }
      const sealed = await seal([entry], { recipients: controllers })
      this.#last = { clear, sealed: Buffer.from(sealed).toString('base64') }
    }
    return this.#last.sealed
  }
}

const ENTRY = 'drift.json'

/**
 * Opens what {@link DriftReport} says.
 * @param where the host, for the error
 * @throws Failure (refused) if it cannot be opened
 */
export async function openDrift(said: string, identities: readonly string[], where: string): Promise<Drift> {
  if (said === '') return { values: [], files: [] }
  const [entry] = await open(Buffer.from(said, 'base64'), { identities }, where)
  return readJson(entry?.data.toString('utf8') ?? '', drift, why =>
    refusal(`${where} ${why}`, { hint: 'Nothing was changed.' }),
  )
}
