import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Failure, hasCode } from '../../base/failure.ts'
import { sha256 } from '../../base/sha256.ts'
import { writeFileAtomically } from '../../system/atomic-write.ts'
import type { Places } from '../../system/places.ts'

/** Contents by their SHA-256, each stored once and readable by root only. */
export class Objects {
  readonly #folder: string

  constructor(places: Places) {
    this.#folder = join(places.state, 'objects')
  }

  /** Stores a content. @returns its hash */
  put(content: string | Uint8Array): string {
    const hash = sha256(content)
    const file = this.#file(hash)
    if (existsSync(file)) return hash
    mkdirSync(join(this.#folder, hash.slice(0, 2)), { recursive: true, mode: 0o700 })
    writeFileAtomically(file, content, { mode: 0o600 })
    return hash
  }

  /** @throws Failure if the content is missing or is no longer what was stored */
  get(hash: string): Buffer {
    const file = this.#file(hash)
    try {
      const content = readFileSync(file)
      if (sha256(content) === hash) return content
    } catch (error) {
      if (hasCode(error, 'ENOENT')) throw new Failure('this part of the history has been pruned', { where: file })
      throw error
    }
    throw new Failure('this part of the history is damaged: its content does not match its name', { where: file })
  }

  /** Removes every unused content. @returns how many */
  prune(used: ReadonlySet<string>): number {
    if (!existsSync(this.#folder)) return 0
    // This includes leftovers of a killed writer, whose names are not hashes.
    const stored = readdirSync(this.#folder).flatMap(start =>
      readdirSync(join(this.#folder, start)).map(name => ({ name, file: join(this.#folder, start, name) })),
    )
    const unused = stored.filter(({ name }) => !used.has(name))
    for (const { file } of unused) rmSync(file)
    return unused.length
  }

  #file(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash)
  }
}
