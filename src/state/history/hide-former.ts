import { cached } from '../../base/cached.ts'
import { refusal } from '../../base/failure.ts'
import { parse, serialize } from '../../db/json.ts'
import { type Records, storedValues } from '../../db/record.ts'
import { isSecret, secretDescriptions } from '../../db/sealing.ts'
import { formsToHide } from '../../db/secrets.ts'
import { inClear } from '../../db/stored.ts'
import { type Places, writtenFolder } from '../../system/places.ts'
import { readManifest } from '../manifest.ts'
import type { FileVersion, HistoryEntry } from './entry.ts'
import { entryFile, History } from './history.ts'
import { type MaskedEntry, rememberMasked } from './masked-files.ts'
import { type Masking, maskingWith, showMasked } from './masking.ts'
import { mapValues } from './snapshot.ts'

/**
 * Removes from the history, and from the last written contents, what was not described as secret when it was stored and is now:
 * present values and former ones. Files replace each other one by one, and all can be read at any time. The caller holds the event
 * lock.
 * @throws Failure if an entry cannot be read: nobody knows what it needs
 */
export function hideInHistory(places: Places): void {
  const history = new History(places)
  const entries = history.after(0).reverse()
  const masking = maskingWith(places, formerSecrets(entries, history, places))
  hideInWritten(places, history, masking)
  const hider = new Hider(history, masking)
  // From the newest on: what the others need to know which values are secret, an older entry has, if it is interrupted.
  for (const entry of entries) hider.hideIn(entry, places)
  history.prune({})
}

/** Values that databases had, and that would be secret now. */
function formerSecrets(entries: readonly HistoryEntry[], history: History, places: Places): string[] {
  const descriptions = secretDescriptions(places)
  const all = entries.flatMap(({ databases, checked }) => [
    ...Object.entries(databases),
    ...Object.entries({ ...checked }),
  ])
  const distinct = new Map(all.filter(([name]) => descriptions.describes(name)).map(([name, hash]) => [hash, name]))
  const found = new Set<string>()
  for (const [hash, name] of distinct) {
    const content = history.objects.find(hash)
    for (const record of content === undefined ? [] : parseOnce(content).values()) {
      const description = descriptions.of(name, record.key, record.type)
      for (const [property, stored] of storedValues(record)) {
        const value = isSecret(description, property) ? inClear(stored) : ''
        if (showMasked(value) === value) for (const form of formsToHide(value)) found.add(form)
      }
    }
  }
  return [...found]
}

/** Without keeping it: a history has thousands of them. */
function parseOnce(content: Buffer): Records {
  return parse(content.toString('utf8'), text => {
    throw refusal(`${text} is not a part of the history`)
  })
}

/** The contents of the files as they were last written, to compare with. Those on the server have the secret for long. */
function hideInWritten(places: Places, { objects }: History, masking: Masking): void {
  const written = writtenFolder(places)
  const hide = (content: Buffer | undefined) => {
    const hidden = content && masking.hideIn(content)
    return content !== undefined && hidden?.equals(content) === false ? hidden : undefined
  }
  const masked = [...readManifest(places)].flatMap(([path, { sha256: hash }]): MaskedEntry[] => {
    const hidden = hide(written.read(hash))
    return hidden === undefined ? [] : [[path, { written: hash, masked: objects.stage(hidden) }]]
  })
  objects.sync()
  rememberMasked(places, masked)
  for (const hash of written.list()) {
    const hidden = hide(written.read(hash))
    if (hidden !== undefined) written.write(hash, hidden)
  }
}

/** Hides the same contents only once. */
class Hider {
  readonly #history: History
  readonly #masking: Masking
  readonly #databases = new Map<string, string>()
  readonly #contents = new Map<string, string>()

  constructor(history: History, masking: Masking) {
    this.#history = history
    this.#masking = masking
  }

  hideIn(entry: HistoryEntry, places: Places): void {
    const { objects } = this.#history
    const files = this.#history.files(entry).map(file => ({
      ...file,
      before: this.#version(file.before),
      after: this.#version(file.after),
    }))
    const hidden: HistoryEntry = {
      ...entry,
      files: entry.files === null ? null : objects.stage(JSON.stringify(files)),
      databases: this.#snapshot(entry.databases),
      ...(entry.checked === undefined ? {} : { checked: this.#snapshot(entry.checked) }),
      properties: entry.properties.map(change => ({
        ...change,
        old: this.#text(change.old),
        new: this.#text(change.new),
      })),
      problems: entry.problems.map(problem => this.#text(problem) ?? ''),
      comment: this.#text(entry.comment),
    }
    if (JSON.stringify(hidden) === JSON.stringify(entry)) return
    objects.sync()
    entryFile(entry.id).write(places, hidden)
  }

  #text(text: string | null): string | null {
    return text === null ? null : showMasked(this.#masking.hide(text))
  }

  #version(version: FileVersion | null): FileVersion | null {
    if (version === null || 'link' in version) return version
    return { ...version, sha256: cached(this.#contents, version.sha256, () => this.#content(version.sha256)) }
  }

  #content(hash: string): string {
    const { objects } = this.#history
    const content = objects.find(hash)
    return content === undefined ? hash : objects.stage(this.#masking.hideIn(content))
  }

  #snapshot(databases: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(
      Object.entries(databases).map(([name, hash]) => [
        name,
        cached(this.#databases, hash, () => this.#database(hash)),
      ]),
    )
  }

  #database(hash: string): string {
    const { objects } = this.#history
    const content = objects.find(hash)
    if (content === undefined) return hash
    const records = parseOnce(content)
    const hidden = mapValues(records, text => this.#masking.hide(text))
    return hidden === records ? hash : objects.stage(serialize(hidden))
  }
}
