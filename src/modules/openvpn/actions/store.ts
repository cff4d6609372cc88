import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Failure } from '../../../base/failure.ts'
import { copyTree, makeUniqueFolder, removeTree, syncTree } from '../../../system/folder-tree.ts'
import { below, type Places } from '../../../system/places.ts'
import { kindOf, namesIn } from '../../../system/read-files.ts'
import type { System } from '../../../system/system.ts'
import { pkiFolder } from '../pki.ts'

/** The folder that `pki` links to, relative to the link. */
const IN_FORCE = /^\.gabarit\/pki\.[^/]+$/

/**
 * The PKI of Easy-RSA in /etc/openvpn/easy-rsa. `pki` there is a link to the current folder. Every change is made in a copy, and
 * then the link is switched: if an action is interrupted, the PKI is in the old or the new state, and no client is incomplete.
 * It is created once and never rolled back: a new authority would invalidate every profile.
 * The caller holds the event lock. In a dry run, the copy is elsewhere, and the link does not change.
 */
export class PkiStore {
  readonly link: string
  readonly #home: string
  readonly #store: string
  readonly #system: System
  #copy: string | undefined
  #current: string | undefined

  /** Opens it; leftovers of an earlier action are recovered or removed. */
  constructor(places: Places, system: System) {
    this.link = pkiFolder(places)
    this.#home = below(places, '/etc/openvpn/easy-rsa')
    this.#store = join(this.#home, '.gabarit')
    this.#system = system
    if (!system.dryRun) this.#takeUp()
    this.#current = system.state(this.link)?.kind === 'link' ? system.readLink(this.link) : undefined
    if (this.#current !== undefined && !IN_FORCE.test(this.#current))
      throw new Failure(`${this.link} is a link to ${this.#current}: gabarit works on a folder pki in ${this.#home}`)
    if (!system.dryRun && this.#current !== undefined)
      for (const name of this.#kept()) if (name !== basename(this.#current)) removeTree(join(this.#store, name))
  }

  /** Where to read: the copy, once there is one. */
  get folder(): string {
    return this.#copy ?? this.link
  }

  /** Whether there is a PKI, or one is being created. */
  get exists(): boolean {
    return kindOf(this.folder) === 'folder'
  }

  /** The folder to change, with a file of its name and `.vars`. Files in sub-folders must be replaced, as Easy-RSA does, never rewritten. */
  begin(): string {
    if (this.#copy !== undefined) return this.#copy
    const prefix = this.#system.dryRun ? join(scratchFolder(), 'gabarit-pki-') : join(this.#store, 'new.')
    this.#copy = makeUniqueFolder(prefix)
    if (kindOf(this.link) === 'folder') copyTree(this.link, this.#copy)
    return this.#copy
  }

  /** Makes the copy the current PKI. */
  commit(): void {
    const copy = this.#copy
    if (copy === undefined || this.#system.dryRun) return
    for (const file of [`${copy}.vars`, join(copy, 'vars'), join(copy, 'vars.example')]) this.#system.remove(file)
    const name = `pki.${basename(copy).slice('new.'.length)}`
    syncTree(copy)
    this.#system.rename(copy, join(this.#store, name))
    this.#copy = undefined
    this.#switchTo(name)
    const former = this.#current
    this.#current = `.gabarit/${name}`
    if (former !== undefined) removeTree(join(this.#home, former))
  }

  /** Drops an unused copy, even an incomplete one. */
  close(): void {
    if (this.#copy !== undefined) for (const path of [`${this.#copy}.vars`, this.#copy]) removeTree(path)
    this.#copy = undefined
  }

  #takeUp(): void {
    const system = this.#system
    if (system.state(this.#home) === undefined && system.state(join(this.#home, '..')) === undefined)
      system.makeFolder(join(this.#home, '..'))
    for (const folder of [this.#home, this.#store])
      if (system.state(folder) === undefined) {
        system.makeFolder(folder)
        system.setAttributes(folder, { mode: 0o700, uid: 0, gid: 0 })
      }
    for (const name of namesIn(this.#store))
      if (name.startsWith('new.') || ['vars', 'log', 'link', 'restart', '.lock'].includes(name))
        removeTree(join(this.#store, name))
    // One that existed before gabarit. If this is interrupted, the next action finds it below.
    if (system.state(this.link)?.kind === 'folder') system.rename(this.link, join(this.#store, 'pki.first'))
    const [one, ...others] = this.#kept()
    if (one === undefined || kindOf(this.link) === 'folder') return
    if (others.length > 0)
      throw new Failure(`${this.link} is missing, and which of these was it: ${[one, ...others].join(' ')}?`, {
        hint: `Put it back: ln -s .gabarit/NAME ${this.link}`,
      })
    system.remove(this.link)
    this.#switchTo(one)
  }

  #kept(): string[] {
    return namesIn(this.#store).filter(name => name.startsWith('pki.'))
  }

  #switchTo(name: string): void {
    const staged = join(this.#store, 'link')
    this.#system.remove(staged)
    this.#system.symlink(join('.gabarit', name), staged)
    this.#system.rename(staged, this.link)
    for (const folder of [this.#store, this.#home]) this.#system.syncFolder(folder)
  }
}

/** Where a copy lies that is thrown away: in memory if we may, for it has the keys of the authority. */
function scratchFolder(): string {
  return process.geteuid?.() === 0 && kindOf('/run') === 'folder' ? '/run' : tmpdir()
}
