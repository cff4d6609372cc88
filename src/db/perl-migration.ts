import { type Failure, messageOf, orFailure } from '../base/failure.ts'
import { perlChild } from '../system/perl-child.ts'
import { databaseFile, type Paths } from '../system/places.ts'
import { readText } from '../system/read-files.ts'
import { packWords } from '../system/sync-child.ts'
import type { Draft } from './draft.ts'
import { packRecords } from './pack-records.ts'
import type { Records } from './record.ts'
import { readDatabase } from './store.ts'

let expansions = 0

/** Runs migrations in Perl, as SME Server does: fragments whose text is of no use, and which change their database. */
export class PerlMigrations {
  readonly #places: Paths
  readonly #name: string
  readonly #draft: Draft
  readonly #warn: (message: string) => void
  readonly #others: (name: string) => Records | undefined
  /** They share their variables. */
  readonly #expansion = `migrate${++expansions}`

  /** @param others the other databases; default: as they are on the disk */
  constructor(
    places: Paths,
    name: string,
    draft: Draft,
    warn: (message: string) => void,
    others: (name: string) => Records | undefined = other => readDatabase(databaseFile(places, other)),
  ) {
    this.#places = places
    this.#name = name
    this.#draft = draft
    this.#warn = warn
    this.#others = others
  }

  /** @throws Failure with file and line if it fails; the draft must then be discarded */
  run(file: string): void {
    const { failure, warnings } = perlChild(this.#places, this.#warn).expand({
      file,
      source: readText(file),
      // Migrations in JavaScript may have changed the draft since.
      owner: {},
      expansion: this.#expansion,
      variables: packWords(['DB_FILENAME', this.#name]),
      writable: this.#name,
      answer: (verb, words) => {
        if (verb === 'database') return this.#records(words[0] ?? '')
        if (verb === 'template') return ['failed']
        const problem = orFailure(() => this.#change(words))
        return ['changed', problem === undefined ? '' : messageOf(problem)]
      },
    })
    for (const warning of warnings) this.#warn(warning)
    if (failure !== undefined) throw failure
  }

  #records(name: string): readonly (string | Buffer)[] {
    if (name === this.#name) return packRecords(this.#draft.records())
    const records = this.#others(name)
    // Fragments see the settings as variables, even if there are none yet.
    return packRecords(records ?? (name === 'configuration' ? new Map() : undefined))
  }

  #change([verb, key = '', ...words]: readonly string[]): Failure | undefined {
    const pairs = (from: readonly string[]) =>
      from.flatMap((name, index) => (index % 2 === 0 ? [[name, from[index + 1] ?? ''] as const] : []))
    if (verb === 'set') this.#draft.set(key, words[0] ?? '', pairs(words.slice(1)))
    else if (verb === 'settype') this.#draft.settype(key, words[0] ?? '')
    else if (verb === 'setprop') this.#draft.setprop(key, pairs(words))
    else if (verb === 'delprop') this.#draft.delprop(key, ...words)
    else this.#draft.delete(key)
    return undefined
  }
}
