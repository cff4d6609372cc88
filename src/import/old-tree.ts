import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { entriesIn, kindOf, linkText, readBytes, statOf } from '../system/read-files.ts'

/** Larger files are no fragments, settings or keys. */
export const LARGEST = 16 * 1024 * 1024

/**
 * The files of an old server below a folder. Nobody vouches for them: a link leads to where it would lead there, never out of
 * the folder.
 */
export class OldTree {
  readonly root: string

  constructor(root: string) {
    this.root = root
  }

  /** What is at a path, following links; undefined: nothing. */
  kind(path: string): 'file' | 'folder' | 'other' | undefined {
    const real = this.#resolve(path)
    return real === undefined ? undefined : kindOf(real)
  }

  /** The bytes of a file; undefined if there is none, or it is too large. */
  read(path: string): Buffer | undefined {
    const real = this.#resolve(path)
    if (real === undefined || kindOf(real) !== 'file' || (statOf(real)?.size ?? 0) > LARGEST) return undefined
    return readBytes(real)
  }

  /** Whether somebody may execute a file. */
  isProgram(path: string): boolean {
    const real = this.#resolve(path)
    return real !== undefined && ((statOf(real)?.mode ?? 0) & 0o111) !== 0
  }

  /** The text of a link; undefined for anything else. */
  link(path: string): string | undefined {
    const real = this.#resolve(path, false)
    return real === undefined ? undefined : linkText(real)
  }

  /** The names in a folder, in byte order; none if there is no such folder. Those of Git are none of the server. */
  names(path: string): string[] {
    const real = this.#resolve(path)
    if (real === undefined || kindOf(real) !== 'folder') return []
    const names = entriesIn(real).map(({ name }) => name)
    return names.filter(name => !/^\.git(ignore|keep)?$/.test(name)).sort(compareBytes)
  }

  /** The paths of all files below a folder, from there. Links to folders are not followed. */
  below(folder: string, start = ''): string[] {
    return this.names(join(folder, start)).flatMap(name => {
      const path = `${start}${name}`
      const whole = join(folder, path)
      if (this.kind(whole) !== 'folder') return [path]
      return this.link(whole) === undefined ? this.below(folder, `${path}/`) : []
    })
  }

  /** How many files are below a folder; counting ends behind a limit. Links are not followed. */
  count(folder: string, limit: number): number {
    let found = 0
    const waiting = [this.#resolve(folder) ?? '']
    for (let path = waiting.pop(); path !== undefined && found <= limit; path = waiting.pop())
      for (const entry of entriesIn(path))
        if (entry.isDirectory()) waiting.push(join(path, entry.name))
        else found++
    return found
  }

  /** The real place of a path there; undefined if its links have no end. @param last whether the last name is followed, too */
  #resolve(path: string, last = true): string | undefined {
    const rest = path.split('/').filter(part => part !== '')
    const done: string[] = []
    let links = 0
    for (let part = rest.shift(); part !== undefined; part = rest.shift()) {
      if (part === '.') continue
      if (part === '..') {
        done.pop()
        continue
      }
      const target = rest.length === 0 && !last ? undefined : linkText(join(this.root, ...done, part))
      if (target === undefined) {
        done.push(part)
        continue
      }
      if (++links > 40) return undefined
      if (target.startsWith('/')) done.length = 0
      rest.unshift(...target.split('/').filter(word => word !== ''))
    }
    return join(this.root, ...done)
  }
}
