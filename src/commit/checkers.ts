import { basename, dirname, join } from 'node:path'
import { messageOf, refusal } from '../base/failure.ts'
import { listOf, objectOf, text } from '../base/shape.ts'
import { readJsonFile } from '../db/json-reader.ts'
import type { Change } from '../plan/plan.ts'
import { packageProgram } from '../system/package-program.ts'
import { type Places, packageFolders } from '../system/places.ts'
import { exists } from '../system/read-files.ts'
import { refuseUnsafePart } from '../system/trust.ts'
import type { Judging } from '../template/metadata.ts'

/** One checker, and the files it checks. */
export interface Checker {
  readonly command: readonly string[]
  /** The program of the checker. */
  readonly program: string
  readonly paths: readonly string[]
}

/** An entry of `checkers/well-known.json`: files that are checked whichever template generates them. */
interface WellKnown {
  readonly files: readonly RegExp[]
  readonly commands: readonly (readonly string[])[]
}

/** The commands that check a changed file: those in its `template.json`, else those in the shipped table. */
export class CheckerTable {
  readonly #places: Places
  /** The last one first. */
  readonly #folders: readonly string[]
  #wellKnown: readonly WellKnown[] | undefined

  constructor(places: Places) {
    this.#places = places
    this.#folders = packageFolders(places)
      .toReversed()
      .map(folder => join(folder, 'checkers'))
  }

  /** The checkers for these changes, without duplicates. */
  of(changes: readonly Change[]): Checker[] {
    // If a daemon's main file is ours no more, there is nothing left to check.
    const gone = new Set(changes.filter(isGone).map(({ real }) => real))
    const commands = (change: Change) => this.#commands(change).filter(words => !words.some(word => gone.has(word)))
    return this.#distinct(changes.map(change => [change.path, commands(change)]))
  }

  /**
   * The checkers for files as they are: for one that is missing, those that do not name it.
   * @param files each with what its template asks for
   */
  ofFiles(files: ReadonlyMap<string, Judging>, exists: (path: string) => boolean): Checker[] {
    const commands = (path: string, judging: Judging) =>
      withFile(this.commandsFor(path, judging), path).filter(
        words => exists(path) || !words.some(word => word.includes(path)),
      )
    return this.#distinct([...files].map(([path, judging]) => [path, commands(path, judging)]))
  }

  #distinct(asked: readonly (readonly [path: string, commands: readonly (readonly string[])[]])[]): Checker[] {
    const checkers = new Map<string, { command: readonly string[]; program: string; paths: string[] }>()
    for (const [path, commands] of asked) {
      for (const command of commands) {
        const id = JSON.stringify(command)
        const known = checkers.get(id) ?? { command, program: this.programOf(command), paths: [] }
        known.paths.push(path)
        checkers.set(id, known)
      }
    }
    return [...checkers.values()]
  }

  /**
   * The commands that check a file. `{}` is the file, and `{checkers}` the folders of the scripts.
   * @param judging what its template asks for
   */
  commandsFor(path: string, { validate }: Judging): readonly (readonly string[])[] {
    const commands = validate ?? this.#usual(path)
    return commands.map(words =>
      words.map(word => word.replace(/^\{checkers\}\/(.*)/s, (_, script: string) => this.#script(script))),
    )
  }

  #script(name: string): string {
    return packageProgram(this.#places, 'checkers', name) ?? join(this.#places.shipped, 'checkers', name)
  }

  /** The program that a command needs; a shipped script has the name of the program that it runs. */
  programOf([program = '']: readonly string[]): string {
    return this.#folders.includes(dirname(program)) ? basename(program) : program
  }

  #commands(change: Change): readonly (readonly string[])[] {
    if (change.kind === 'attributes') return []
    if (change.kind === 'write' && !isGone(change))
      return withFile(this.commandsFor(change.path, change.judging), change.real)
    // Removing a file or adding a link can break the set, but there is nothing to read in it.
    return this.commandsFor(change.path, {}).filter(words => !words.some(word => word.includes('{}')))
  }

  #usual(path: string): readonly (readonly string[])[] {
    this.#wellKnown ??= this.#folders.flatMap(folder => readTable(join(folder, 'well-known.json'), this.#places))
    return this.#wellKnown
      .filter(({ files }) => files.some(file => file.test(path)))
      .flatMap(({ commands }) => commands)
  }
}

/** What was there before gabarit is not ours to judge. */
function isGone(change: Change): boolean {
  return change.kind === 'remove' || (change.kind === 'write' && change.putBack === true)
}

function withFile(commands: readonly (readonly string[])[], file: string): string[][] {
  return commands.map(words => words.map(word => word.replaceAll('{}', () => file)))
}

const TABLE = listOf(objectOf({ files: listOf(text), commands: listOf(listOf(text)) }))

/**
 * A package of templates alone has no table.
 * @throws Failure (refused) if it is malformed: files would not be checked
 */
function readTable(file: string, places: Places): WellKnown[] {
  if (!exists(file)) return []
  refuseUnsafePart(places, file)
  const table = readJsonFile(file)
  try {
    return TABLE(table).map(({ files, commands }) => ({ files: files.map(asPattern), commands }))
  } catch (error) {
    throw refusal(messageOf(error), {
      where: file,
      hint: 'It must be [{"files": [PATTERN…], "commands": [[WORD…]…]}…]',
    })
  }
}

/** `*` matches part of a name, `**` also matches folders. */
function asPattern(glob: string): RegExp {
  const source = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*\*?/g, stars => (stars === '*' ? '[^/]*' : '.*'))
  return new RegExp(`^${source}$`)
}
