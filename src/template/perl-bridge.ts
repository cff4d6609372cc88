import { cached } from '../base/cached.ts'
import { Failure, orFailure, refusal } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import { packRecords } from '../db/pack-records.ts'
import type { Records } from '../db/record.ts'
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

let expansions = 0

/** Those of a fragment never change. */
const packed = new WeakMap<Records, readonly (string | Buffer)[]>()

/** Calls a function for each line. */
const FILTER = `{
  my $filter = eval $GABARIT_FILTER;
  die $@ if $@;
  die "the filter is no function: sub { … }\\n" unless ref $filter eq 'CODE';
  join "\\0", map { my $made = $filter->($_); defined $made ? $made : '' } split /\\0/, $GABARIT_LINES;
}`

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
  run({ file, source, traceId }: PerlFragment, { item, expansion, subTemplate }: Call): string {
    // It may read files, look at the clock: such an output is made each time.
    this.#databases.questions.spoil()
    let inner: Failure | undefined
    const { reads, warnings, pieces, failure } = this.#world.perl().expand({
      file,
      source,
      owner: this.#databases.state,
      expansion: cached(this.#numbers, expansion, () => String(++expansions)),
      moreData: (isObject(item) && this.#moreData.get(item)) || '',
      variables: packWords([...textsOf(item), 'EVENT', this.#world.event.name]),
      answer: (verb, [name = '', number = ''], bytes) => {
        if (verb === 'database') return this.#packed(name)
        const made = orFailure(() => subTemplate(`/${name.replace(/^\/+/, '')}`, this.#item(number, bytes[2])))
        if (!(made instanceof Failure)) return ['text', made]
        inner ??= made
        return ['failed']
      },
    })
    for (const [index, database] of reads.entries())
      if (index % 2 === 0) this.#databases.note(database, reads[index + 1]?.slice(1) || undefined)
    for (const warning of warnings) this.#world.warn(warning)
    const problem = inner ?? failure
    if (problem !== undefined) throw problem
    return textOf(pieces, file, traceId)
  }

  /**
   * What a function in Perl makes of lines.
   * @param code an expression that gives it
   * @param file where the function is written
   * @throws Failure (refused) if it fails
   */
  filter(code: string, lines: readonly string[], file: string): string[] {
    const subTemplate = () => {
      throw refusal('a filter expands no template', { where: file })
    }
    const item = { GABARIT_FILTER: code, GABARIT_LINES: lines.join('\0') }
    const made = this.run({ file, source: FILTER, traceId: undefined }, { item, expansion: {}, subTemplate }).split(
      '\0',
    )
    if (lines.length > 0 && made.length !== lines.length)
      throw refusal('a filter makes text, and no bytes of value 0', { where: file })
    return made
  }

  #packed(name: string): readonly (string | Buffer)[] {
    const records = this.#databases.records(name)
    return records === undefined ? packRecords(records) : cached(packed, records, () => packRecords(records))
  }

  /** The values of MORE_DATA that are plain text; the program keeps the others. */
  #item(number: string, packed: Buffer | undefined): object {
    const texts = unpackWords(packed).map(String)
    const item: Record<string, string> = {}
    for (let at = 0; at < texts.length; at += 2) item[texts[at] ?? ''] = texts[at + 1] ?? ''
    this.#moreData.set(item, number)
    return item
  }
}

/** The names and values of a record or an object that are text. */
function textsOf(item: unknown): string[] {
  if (!isObject(item)) return []
  return Object.entries(item).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [name, String(value)] : [],
  )
}

function textOf(pieces: readonly Buffer[], file: string, traceId: number | undefined): string {
  let text = ''
  for (let at = 0; at < pieces.length; at += 3) {
    const [isProgram, line, bytes = Buffer.alloc(0)] = pieces.slice(at, at + 3)
    const part = bytes.toString('utf8')
    if (part.includes('\ufffd') && !Buffer.from(part).equals(bytes))
      throw refusal('this makes text that is not valid UTF-8', { where: `${file}:${line}` })
    text += traceId === undefined ? part : markLines(part, traceId, Number(line), String(isProgram) === '1' ? 0 : 1)
  }
  return text
}
