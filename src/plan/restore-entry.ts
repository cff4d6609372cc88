import { defined } from '../base/defined.ts'
import { refusal } from '../base/failure.ts'
import { parse } from '../db/json.ts'
import type { Records } from '../db/record.ts'
import { type FileRecord, type HistoryEntry, tookEffect } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { type Masking, maskingWith } from '../state/history/masking.ts'
import { mapValues, takeSnapshot } from '../state/history/snapshot.ts'
import { type Manifest, parseManifest, readManifest } from '../state/manifest.ts'
import { readPins } from '../state/pins.ts'
import type { Places } from '../system/places.ts'
import type { System } from '../system/system.ts'
import { searchList } from '../template/tree.ts'
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
  /** What the later entries did that stays, in words. */
  readonly lasting: readonly string[]
}

/**
 * Determines how to return to the state after an entry: for every file that later entries touched, the state before the first
 * of them; and all databases. Secrets that have not changed since are filled in from the current databases.
 * @param known secrets in addition to the current ones
 * @param lost receives every secret in a database that is no longer known; it keeps its current value. Without it, that is an
 * error
 * @throws Failure (refused) if part of the history has been pruned or a secret has changed
 */
export function restorationTo(
  entry: HistoryEntry,
  history: History,
  places: Places,
  system: System,
  known: readonly string[] = [],
  lost?: (name: string) => void,
): Restoration {
  const masking = maskingWith(places, known)
  const later = history.after(entry.id).filter(tookEffect)
  const first = new Map<string, FileRecord>()
  for (const one of later) for (const file of history.files(one)) if (!first.has(file.path)) first.set(file.path, file)
  const files = [...first.values()].flatMap(({ path, template, before, made }): Restored[] => {
    const common = defined({ path, template, made })
    if (before === null) return [{ ...common, version: null }]
    // A previous key or certificate is never restored.
    if (made) return []
    if ('link' in before) return [{ ...common, version: before }]
    const { sha256, ...attributes } = before
    return [{ ...common, version: { content: revealed(history.objects.get(sha256), masking, path), attributes } }]
  })
  const present = readManifest(places)
  const manifest: Manifest =
    entry.manifest === null ? new Map() : parseManifest(history.objects.get(entry.manifest).toString('utf8'))
  const folders = later.flatMap(entry => entry.folders ?? [])
  const judging = metadataToday({ places, layers: searchList(places), replaced: new Map() })
  return {
    plan: restorePlan(places, system, files, folders, manifest, present, readPins(places), judging),
    databases: databasesAfter(entry, history, places, known, lost),
    lasting: later.flatMap(({ lasting = [] }) => lasting),
  }
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

function revealed(content: Buffer, masking: Masking, what: string): Buffer {
  const text = content.toString('utf8')
  if (!Buffer.from(text).equals(content)) return content
  const whole = masking.reveal(text)
  return whole === undefined ? lostSecret(what) : Buffer.from(whole)
}

/** @throws Failure (refused) because a previous value is unknown */
export function lostSecret(what: string): never {
  throw refusal(`${what} contained a secret that has changed since, and the history does not keep secrets`, {
    hint: 'Set the previous value again, then try again.',
  })
}
