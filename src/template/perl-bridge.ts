import { compareBytes } from '../base/byte-order.ts'
import { cached } from '../base/cached.ts'
import { Failure, orFailure, refusal } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import type { DbRecord } from '../db/record.ts'
import type { PerlChild } from '../system/perl-child.ts'
import { packWords, unpackWords } from '../system/sync-child.ts'
import type { Databases } from './databases.ts'
import { markLines } from './generate.ts'
import type { FragmentWorld } from './scope.ts'

/** A fragment in Perl. */
interface PerlFragment {
  readonly file: string
  readonly source: string
  /** Marks the output with fragment and line, for `explain`. */
  readonly traceId: number | undefined
}

/** What changes from call to call, as for the fragments in JavaScript. */
interface Call {
  /** The record or the values that the template is expanded for. */
  readonly item: unknown
  /** The same for all fragments of one expansion: they share their variables. */
  readonly expansion: object
  readonly subTemplate: (path: string, item: object) => string
}

/** Whose databases the program knows. */
const known = new WeakMap<PerlChild, Databases>()
let expansions = 0
let calls = 0

/** Runs fragments in Perl in a program of their own, which asks for databases and sub-templates: perl/Gabarit/Channel.pm. */
export class PerlBridge {
  readonly #databases: Databases
  readonly #world: FragmentWorld
  readonly #numbers = new WeakMap<object, string>()
  /** The numbers of MORE_DATA of sub-templates that fragments in Perl expand. */
  readonly #moreData = new WeakMap<object, string>()

  constructor(databases: Databases, world: FragmentWorld) {
    this.#databases = databases
    this.#world = world
  }

  /**
   * The text that a fragment makes.
   * @throws Failure (refused) with its line if it fails, or does not end in time
   */
  run(fragment: PerlFragment, { item, expansion, subTemplate }: Call): string {
    const { file, source } = fragment
    const perl = this.#world.perl()
    // It may read files, look at the clock: such an output is made each time.
    this.#databases.questions.spoil()
    if (known.get(perl) !== this.#databases) perl.child.send(['forget'])
    known.set(perl, this.#databases)
    const call = String(++calls)
    const number = cached(this.#numbers, expansion, () => String(++expansions))
    const more = (isObject(item) && this.#moreData.get(item)) || ''
    const values = packWords([...wordsOf(item), 'EVENT', this.#world.event.name].map(String))
    const started = Date.now()
    perl.child.send(['expand', call, number, more, values, file, source])
    let failure: Failure | undefined
    for (;;) {
      const [verb, ...words] = perl.child.receive() ?? []
      if (verb === undefined) throw ended(file, perl, Date.now() - started)
      switch (verb.toString()) {
        case 'database':
          perl.child.send(['database', ...this.#database(String(words[0]))])
          break
        case 'template': {
          const [path = '', id = '', scalars = Buffer.alloc(0)] = words
          const values = this.#item(String(id), unpackWords(scalars).map(String))
          const made = orFailure(() => subTemplate(`/${path}`.replace(/^\/+/, '/'), values))
          if (made instanceof Failure) failure ??= made
          perl.child.send(made instanceof Failure ? ['failed'] : ['text', made])
          break
        }
        default: {
          // An answer to somebody who was stopped while he waited.
          if (String(words.shift()) !== call) break
          const text = this.#done(fragment, verb.toString(), words)
          if (failure !== undefined) throw failure
          return text
        }
      }
    }
  }

  #done({ file, traceId }: PerlFragment, verb: string, words: readonly Buffer[]): string {
    const [reads, warnings, first, message] = words
    const pairs = unpackWords(reads ?? Buffer.alloc(0)).map(String)
    for (let at = 0; at < pairs.length; at += 2) {
      const [database = '', key = ''] = pairs.slice(at, at + 2)
      this.#databases.note(database, key === '' ? undefined : key.slice(1))
    }
    for (const text of unpackWords(warnings ?? Buffer.alloc(0))) this.#world.warn(warningOf(file, text.toString()))
    if (verb === 'failed') {
      const text = String(message)
      throw refusal(text, { where: `${file}:${first}`, ...(hintOf(text) && { hint: hintOf(text) }) })
    }
    return textOf(unpackWords(first ?? Buffer.alloc(0)), file, traceId)
  }

  /** The values of MORE_DATA that are plain text; the program keeps the others. */
  #item(id: string, scalars: readonly string[]): object {
    const item: Record<string, string> = {}
    for (let at = 0; at < scalars.length; at += 2) item[scalars[at] ?? ''] = scalars[at + 1] ?? ''
    this.#moreData.set(item, id)
    return item
  }

  #database(name: string): (string | Buffer)[] {
    const records = this.#databases.records(name)
    if (records === undefined) return ['', '']
    return ['1', packWords([...records.values()].flatMap(record => [record.key, fieldsOf(record)]))]
  }
}

function fieldsOf({ type, properties }: DbRecord): Buffer {
  const sorted = [...properties].sort(([a], [b]) => compareBytes(a, b))
  return packWords([type, ...sorted.flat()])
}

/** The names and values of a record or an object that are text. */
function wordsOf(item: unknown): (string | number)[] {
  if (!isObject(item)) return []
  return Object.entries(item).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [name, value] : [],
  )
}

function textOf(pieces: readonly Buffer[], file: string, traceId: number | undefined): string {
  let text = ''
  for (let at = 0; at < pieces.length; at += 3) {
    const [isProgram, line, bytes = Buffer.alloc(0)] = pieces.slice(at, at + 3)
    const part = bytes.toString('utf8')
    if (part.includes('\ufffd') && !Buffer.from(part).equals(bytes))
      throw refusal('this makes text that is not valid UTF-8', { where: `${file}:${line}` })
    const step = String(isProgram) === '1' ? 0 : 1
    text += traceId === undefined ? part : markLines(part, traceId, Number(line), step)
  }
  return text
}

/** Perl ends what it says with the place, unless that ends with a newline. */
function warningOf(file: string, text: string): string {
  const [, message = text, line] = /^(.*) at .* line (\d+)\.\s*$/s.exec(text) ?? []
  return `${file}${line !== undefined && text.includes(` at ${file} line `) ? `:${line}` : ''}: ${message.trimEnd()}`
}

function hintOf(message: string): string | undefined {
  const [, module] = /^Can't locate (\S+)\.pm in @INC/.exec(message) ?? []
  if (module === undefined) return undefined
  return [
    `The module ${module.replaceAll('/', '::')} is not installed. If it is one of your old server, copy it`,
    `to /etc/gabarit/perl/${module}.pm; otherwise: apt-get install lib${module.toLowerCase().replaceAll('/', '-')}-perl`,
  ].join('\n')
}

function ended(file: string, { limit }: PerlChild, milliseconds: number): Failure {
  if (milliseconds < limit * 1000 - 100) return refusal('this has ended Perl', { where: file })
  return refusal(`this code did not end within ${limit} s and was stopped`, {
    where: file,
    hint: 'To allow more time, set GABARIT_FRAGMENT_TIMEOUT to a number of seconds.',
  })
}
