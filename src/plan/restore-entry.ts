import { defined } from '../base/defined.ts'
import { refusal } from '../base/failure.ts'
import { parse } from '../db/json.ts'
import type { Records } from '../db/record.ts'
import { type HistoryEntry, tookEffect } from '../state/history/entry.ts'
import { formerFiles, revealIn } from '../state/history/former-files.ts'
import { History } from '../state/history/history.ts'
import { maskingWith } from '../state/history/masking.ts'
import { mapValues, takeSnapshot } from '../state/history/snapshot.ts'
import { type Manifest, parseManifest, readManifest } from '../state/manifest.ts'
import { type Pins, readPins } from '../state/pins.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { searchList } from '../template/tree.ts'
import { editedOverrides } from './edited-overrides.ts'
import { metadataToday } from './judging.ts'
import type { Plan } from './plan.ts'
import { type Restored, restorePlan } from './restore.ts'

/** What is said of a secret in a database that cannot be restored. */
export function keepsSecret(name: string): string {
  return `${name} is secret, so its previous value is unknown; it keeps the current one`
}

/** Everything that must change to return to the state after an entry. */
export interface Restoration {
  readonly plan: Plan
  /** The previous databases; undefined: the database did not exist. */
  readonly databases: ReadonlyMap<string, Records | undefined>
  /** What does not go back, in words. */
  readonly notes: readonly string[]
}

/** A change that nobody confirmed. Edits by hand that it replaced come back, because they may be what lets people in. */
export interface Unconfirmed {
  /** Secrets in addition to the current ones. */
  readonly known: readonly string[]
  /** The pins before it. */
  readonly pins: Pins
  /** Receives every secret in a database that is no longer known; it keeps its current value. */
  readonly lost: (name: string) => void
}

/**
 * Determines how to return to the state after an entry: every file that later entries changed, and all databases. Secrets that
 * have not changed since are filled in from the current databases.
 * @throws Failure (refused) if part of the history has been pruned, or a secret has changed; of a database, only without
 * `unconfirmed`
 */
export function restorationTo(
  entry: HistoryEntry,
  history: History,
  places: Places,
  system: System,
  unconfirmed?: Unconfirmed,
): Restoration {
  const { known, lost } = unconfirmed ?? {}
  const masking = maskingWith(places, known)
  const [present, pins] = [readManifest(places), unconfirmed?.pins ?? readPins(places)]
  const manifest = manifestOf(entry, history)
  const later = history.after(entry.id).filter(tookEffect)
  const staying = editedOverrides(later, history, { places, system, masking })
  const former = formerFiles(entry, history, manifest, masking).filter(({ path }) => !staying.has(path))
  const files = former.flatMap(({ path, template, made, found, version: left }): Restored[] => {
    const common = defined({ path, template, made })
    const version = unconfirmed === undefined ? left : found
    if (version === null) return [{ ...common, version }]
    // A previous key or certificate is never restored.
    if (made) return []
    if ('link' in version) return [{ ...common, version }]
    const { sha256, ...attributes } = version
    const content = revealIn(history.objects.get(sha256), masking) ?? lostSecret(path)
    return [{ ...common, version: { content, attributes } }]
  })
  const folders = later.flatMap(entry => entry.folders ?? [])
  const judging = metadataToday({ places, layers: searchList(places), replaced: new Map() })
  return {
    plan: restorePlan(places, system, files, folders, manifest, present, pins, judging),
    databases: databasesAfter(entry, history, places, known, lost),
    notes: [
      ...later.flatMap(({ lasting = [] }) => lasting.map(what => `this stays: ${what}`)),
      ...[...staying].map(path => `this stays: ${path}, because somebody has changed it since`),
      ...former.flatMap(({ path, note = [] }) => (pins.has(path) ? [] : note)),
    ],
  }
}

/** What gabarit owned after an entry. */
export function manifestOf({ manifest }: HistoryEntry, { objects }: History): Manifest {
  return manifest === null ? new Map() : parseManifest(objects.get(manifest).toString('utf8'))
}

/**
 * All databases as an entry left them.
 * @param known secrets in addition to the current ones
 * @param lost receives every secret that is no longer known; it keeps its current value. Without it, that is an error
 */
export function databasesAfter(
  entry: HistoryEntry,
  history: History,
  places: Places,
  known: readonly string[] = [],
  lost: (name: string) => void = lostSecret,
): ReadonlyMap<string, Records | undefined> {
  const masking = maskingWith(places, known)
  const present = takeSnapshot(places)
  const databases = new Map<string, Records | undefined>([...present.keys()].map(name => [name, undefined]))
  for (const [name, hash] of Object.entries(entry.databases)) {
    const reveal = (text: string, key: string, property: string | null): string => {
      const revealed = masking.reveal(text)
      if (revealed !== undefined) return revealed
      lost(property === null ? `${name} ${key}` : `${name} ${key} ${property}`)
      const record = present.get(name)?.get(key)
      return (property === null ? record?.type : record?.properties.get(property)) ?? ''
    }
    databases.set(name, mapValues(parse(history.objects.get(hash).toString('utf8')), reveal))
  }
  return databases
}

/**
 * The databases after the newest entry that was not rolled back; undefined before the first.
 * @param lost as for {@link databasesAfter}
 * @throws Failure if it cannot be read
 */
export function revealLastApplied(
  places: Places,
  lost?: (name: string) => void,
): ReadonlyMap<string, Records | undefined> | undefined {
  const history = new History(places)
  const entry = history.lastWhole()
  return entry && databasesAfter(entry, history, places, [], lost)
}

/** @throws Failure (refused) because a previous value is unknown */
export function lostSecret(what: string): never {
  throw refusal(`${what} contained a secret that has changed since, and the history does not keep secrets`, {
    hint: 'Set the previous value again, then try again.',
  })
}
