import { hash, integer, listOf, objectOf, optional, orNull, type TypeOf, text } from '../base/shape.ts'
import type { Places } from '../system/places.ts'
import { COVER } from '../system/secrets/cover.ts'
import { StateFile } from '../system/state-file.ts'

/** A property that the fleet has set here. */
export type OwnedValue = TypeOf<typeof ownedValue>
const ownedValue = objectOf({
  database: text,
  key: text,
  /** Null: the record itself, whose type is the value. */
  property: orNull(text),
  value: text,
  /** `all`, `group web` or `host www1`. */
  from: text,
  /** What it was before the fleet set it, or what somebody has set here since; null: it did not exist. */
  former: orNull(text),
})

/** A file of the fleet in the site's folder. */
export type OwnedFile = TypeOf<typeof ownedFile>
const ownedFile = objectOf({
  /** Below /etc/gabarit. */
  path: text,
  sha256: optional(hash),
  link: optional(text),
  from: text,
})

/** The release that is in effect on a host, and what belongs to it. */
export type OwnedByFleet = TypeOf<typeof owned>
const owned = objectOf({
  release: integer,
  attempt: integer,
  /** The public keys of those who may read what differs here. */
  controllers: listOf(text),
  values: listOf(ownedValue),
  files: listOf(ownedFile),
})

/** What the fleet owns on this host. Only root can read it, because values may be secrets. */
export const OWNED = new StateFile<OwnedByFleet>(
  'owned.json',
  {
    what: 'the list of what the fleet has set here',
    shape: owned,
    cover: COVER,
    wayOut: 'Move it away. The next release makes it anew, but former values are no longer known.',
  },
  ({ state }: Places) => state.within('fleet'),
)

/** Nothing: before the first release. */
export const NOTHING_OWNED: OwnedByFleet = { release: 0, attempt: 0, controllers: [], values: [], files: [] }

/** The values of one database by {@link partId}. */
export function ownedIn({ values }: OwnedByFleet, database: string): ReadonlyMap<string, OwnedValue> {
  return new Map(
    values.filter(value => value.database === database).map(value => [partId(value.key, value.property), value]),
  )
}

/** Keys can contain any character, so a pair is written as JSON. */
export function partId(key: string, property: string | null): string {
  return JSON.stringify([key, property])
}
