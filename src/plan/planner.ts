import { dirname, relative } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import { type Manifest, type Owned, ownedBy } from '../state/manifest.ts'
import type { Pins } from '../state/pins.ts'
import type { Places } from '../system/places.ts'
import type { Attributes, FileState, System } from '../system/system.ts'
import type { Output } from '../template/expand.ts'
import type { Metadata } from '../template/metadata.ts'
import { type Drifted, type DriftState, driftState, isChangedByHand, isEdited } from './drift.ts'
import type { Change, Plan } from './plan.ts'
import { inOrder, type NewFolders, sameAttributes, Target } from './target.ts'

interface Wanted {
  readonly text: string
  readonly hash: string
}

/** Used as the hash of a symbolic link that somebody put in a file's place: no file has this hash. */
const LINK = 'link'

/** Compares outputs with the server; changes nothing. */
export class Planner {
  readonly #system: System
  readonly #manifest: Manifest
  readonly #pins: Pins
  readonly #target: Target
  #drift: Drifted[] = []

  /** @param pins files to leave as they are */
  constructor(places: Places, system: System, manifest: Manifest, pins: Pins = new Map()) {
    this.#system = system
    this.#manifest = manifest
    this.#pins = pins
    this.#target = new Target(places, system)
  }

  /**
   * @param outputs of the templates that were expanded
   * @param templates names of those templates: files they owned and no longer generate are removed
   * @throws Failure (refused) for two templates with one target, a folder at a target, a target outside the root
   */
  plan(outputs: readonly Output[], templates: readonly string[]): Plan {
    const changes: Change[] = []
    const folders: NewFolders = new Map()
    this.#drift = []
    const owned = new Map<string, Owned>(this.#manifest)
    const claimed = new Map<string, string>()
    const notify = new Set<string>()
    const claim = (path: string, template: string) => {
      const other = claimed.get(path)
      if (other !== undefined) throw refusal(`${path} is generated twice: by the templates /${other} and /${template}`)
      claimed.set(path, template)
    }
    for (const output of outputs) {
      claim(output.path, output.template)
      const wanted = output.content === undefined ? undefined : { text: output.content, hash: sha256(output.content) }
      const found = wanted === undefined ? this.#unwanted(output) : this.#file(output, wanted, folders)
      for (const { path, ...wish } of output.folders) this.#target.wantedFolder(path, this.#chosen(wish, path), folders)
      if (output.link !== undefined) {
        claim(output.link, output.template)
        found.push(...this.#link(output, output.link, folders))
      }
      const former = this.#manifest.get(output.path)?.link
      if (former !== undefined && former !== output.link) found.push(...this.#linkRemoval(former, output.template))
      if (found.length > 0) for (const entry of output.metadata.notify) notify.add(entry)
      changes.push(...found)
      // What gabarit last wrote into a pinned file is remembered until it is unpinned.
      if (this.#pins.has(output.path)) continue
      if (wanted === undefined) owned.delete(output.path)
      else owned.set(output.path, ownedBy(output, wanted.hash))
    }
    const expanded = new Set(templates)
    for (const [path, entry] of this.#manifest) {
      if (!expanded.has(entry.template) || claimed.has(path)) continue
      const found = this.#removal(path, entry.template, entry.sha256)
      if (entry.link !== undefined && !claimed.has(entry.link))
        found.push(...this.#linkRemoval(entry.link, entry.template))
      if (found.length > 0) for (const service of entry.notify ?? []) notify.add(service)
      changes.push(...found)
      if (!this.#pins.has(path)) owned.delete(path)
    }
    return {
      changes,
      folders: inOrder([...folders.values()]),
      manifest: owned,
      manifestChanged: !isDeepStrictEqual(owned, this.#manifest),
      notify: [...notify],
      drift: this.#drift,
    }
  }

  #unwanted(output: Output): Change[] {
    const mine = this.#manifest.get(output.path)
    if (mine === undefined && !output.metadata.delete) return []
    return this.#removal(output.path, output.template, mine?.sha256)
  }

  #removal(path: string, template: string, lastWritten: string | undefined): Change[] {
    const real = this.#target.real(path)
    const state = this.#system.state(real)
    if (state === undefined) {
      this.#noteDrift(path, template, 'managed')
      return []
    }
    if (state.kind === 'folder')
      throw refusal('is a folder where a file was expected, so it is not removed', { where: path })
    const before = state.kind === 'file' ? this.#system.read(real) : undefined
    const wasLink = state.kind === 'link' ? this.#system.readLink(real) : undefined
    const onDisk = before === undefined ? LINK : sha256(before)
    const drift = driftState({ onDisk, lastWritten, wanted: undefined })
    if (this.#noteDrift(path, template, drift)) return []
    const takenOver = before !== undefined && lastWritten === undefined
    return [{ kind: 'remove', path, real, template, before, takenOver, wasLink, edited: isEdited(drift), drift }]
  }

  /** If somebody replaced a link with something else, that is not ours to remove. */
  #linkRemoval(path: string, template: string): Change[] {
    return this.#system.state(this.#target.real(path))?.kind === 'link' ? this.#removal(path, template, undefined) : []
  }

  /** @returns whether the file is pinned */
  #noteDrift(path: string, template: string, state: DriftState): boolean {
    const pinned = this.#pins.get(path)?.note
    if (pinned !== undefined || isChangedByHand(state)) this.#drift.push({ path, template, state, pinned })
    return pinned !== undefined
  }

  #file(output: Output, { text: after, hash }: Wanted, folders: NewFolders): Change[] {
    const { path, template, metadata } = output
    const real = this.#target.real(path)
    const state = this.#system.state(real)
    if (state?.kind === 'folder')
      throw refusal(`is a folder, but the template /${template} generates a file with that name`, { where: path })
    if (state?.kind === 'other') throw refusal('is not a file, folder or link, so it is not replaced', { where: path })
    const before = state?.kind === 'file' ? this.#system.read(real) : undefined
    const same = before?.equals(Buffer.from(after)) === true
    const lastWritten = this.#manifest.get(path)?.sha256
    const onDisk = same ? hash : before === undefined ? state && LINK : sha256(before)
    const drift = driftState({ onDisk, lastWritten, wanted: hash })
    if (this.#noteDrift(path, template, drift)) return []
    const attributes = this.#attributes(metadata, state, path)
    if (same) {
      if (state === undefined || sameAttributes(state, attributes)) return []
      return [{ kind: 'attributes', path, real, template, edited: false, drift, before: state, attributes }]
    }
    if (state === undefined) this.#target.missingFolders(real, folders)
    const replacesLink = state?.kind === 'link' ? this.#system.readLink(real) : undefined
    return [
      {
        kind: 'write',
        ...{ path, real, template, judging: metadata, before, after, attributes, replacesLink },
        ...{ edited: isEdited(drift), drift },
        takenOver: before !== undefined && lastWritten === undefined,
      },
    ]
  }

  #link(output: Output, path: string, folders: NewFolders): Change[] {
    const real = this.#target.real(path)
    const target = relative(dirname(path), output.path)
    const state = this.#system.state(real)
    if (state?.kind === 'link' && this.#system.readLink(real) === target) return []
    if (state !== undefined && state.kind !== 'link')
      throw refusal(`is in the place of a link to ${output.path}`, { where: path })
    if (state === undefined) this.#target.missingFolders(real, folders)
    const exists = state !== undefined
    const drift = exists ? 'updated' : 'created'
    return [{ kind: 'link', path, real, template: output.template, target, exists, edited: false, drift }]
  }

  /** The metadata decides; what it does not say stays as it is, or is root and 0644 for a new file. */
  #attributes(metadata: Metadata, state: FileState | undefined, path: string): Attributes {
    const { mode, uid, gid } = state?.kind === 'file' ? state : { mode: 0o644, uid: 0, gid: 0 }
    return { mode, uid, gid, ...this.#chosen(metadata, path) }
  }

  /** What metadata say of owner, group and mode. */
  #chosen({ owner, group, mode }: Pick<Metadata, 'owner' | 'group' | 'mode'>, path: string): Partial<Attributes> {
    try {
      return {
        ...(mode === undefined ? {} : { mode }),
        ...(owner === undefined ? {} : { uid: this.#system.userId(owner) }),
        ...(group === undefined ? {} : { gid: this.#system.groupId(group) }),
      }
    } catch (error) {
      throw refusal(error instanceof Error ? error.message : String(error), { where: path, cause: error })
    }
  }
}
