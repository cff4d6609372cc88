import { cached } from '../base/cached.ts'
import { orUndefined } from '../base/failure.ts'
import { QUOTERS, type Quoter } from '../base/quote.ts'
import { limited, runSiteCode } from '../system/site-code.ts'
import { BANNER_STYLES, banner } from './banner.ts'
import { type Databases, type Read, type RecordView, storedKey, textOfRecord } from './databases.ts'
import { filterLines } from './filter.ts'
import { compileFragment, type Fragment, fragmentFailure, isError, type Render } from './fragment.ts'
import { fingerprint, type Template, templateLoader } from './load.ts'
import type { Metadata } from './metadata.ts'
import { PerlBridge } from './perl-bridge.ts'
import { chosenRecords, type Folder, fits, foldersOf, withRecordValues, withSettings } from './placeholders.ts'
import { Printer } from './printer.ts'
import type { Kind } from './questions.ts'
import type { Asker, Known, Recall } from './recall.ts'
import { RecalledOutput } from './recalled-output.ts'
import { FILES, type FragmentWorld, makeScope, makeVars, type Scope, SkipFile } from './scope.ts'
import { squeezeBlank } from './text.ts'
import type { Layer } from './tree.ts'

/** One file that a template generates. */
export interface Output {
  /** Path on the server: `/etc/hosts`. */
  readonly path: string
  /** Name of the template, without a leading slash. */
  readonly template: string
  /** Undefined if the file must not exist (`delete`, `skipFile()`). */
  readonly content: string | undefined
  /** It was not made, because its content would be as it was last written. It is made if somebody asks for its content. */
  readonly known?: Known
  /** Path of a symbolic link to maintain next to it, if any. */
  readonly link: string | undefined
  /** Folders that have to exist for it. */
  readonly folders: readonly Folder[]
  readonly metadata: Metadata
  /** The record it is generated for, if there is one output per record. It is among the reads; its collection is not. */
  readonly record?: RecordView | undefined
  /** Records and collections that the fragments read. */
  readonly reads: readonly Read[]
  /** It holds something made from a secret: none of it is shown or kept in the history. */
  readonly secret?: boolean
}

export interface ExpanderOptions {
  readonly layers: readonly Layer[]
  readonly databases: Databases
  readonly world: FragmentWorld
  /** Follows an expansion line by line, for `explain`. Without it, nothing is marked. */
  readonly trace?: Trace | undefined
  /** What outputs need not be made again. Default: all are made. */
  readonly recall?: Recall | undefined
  /** Called around the expansion of each template, with its path; default: nothing is around it. */
  readonly guard?: ((path: string, expand: () => Output[]) => Output[]) | undefined
}

/** Receives everything that a traced expansion does. */
export interface Trace {
  /** The number of a fragment in the marks of the output. */
  readonly idOf: (file: string) => number
  /** An output begins. */
  readonly begin: () => void
  /** A fragment begins, perhaps inside another. */
  readonly enter: (file: string) => void
  readonly leave: (file: string, reads: readonly Read[]) => void
}

/** A fragment that is running, and how to run its code. */
interface Run {
  readonly file: string
  readonly run: (code?: Render) => unknown
}

/** Milliseconds for which a fragment that was stopped runs once more. */
const AGAIN = 200

type Settled = ReturnType<typeof withSettings>

/** Expands templates: `(databases, tree) → outputs`, without side effects. Each fragment is compiled once. */
export class Expander {
  readonly #options: ExpanderOptions
  readonly #printer = new Printer()
  readonly #scope: Scope
  readonly #perl: PerlBridge
  readonly #load: (path: string) => Template
  readonly #fingerprints = new Map<Metadata, string>()
  readonly #asker: Asker
  #target = ''
  #depth = 0
  /** The fragment that is running. */
  #running: Run | undefined

  constructor(options: ExpanderOptions) {
    this.#options = options
    this.#asker = { databases: options.databases, answer: (kind, words) => this.#answer(kind, words) }
    this.#scope = makeScope(options.databases, options.world, this.#printer)
    this.#perl = new PerlBridge(options.databases, options.world)
    this.#load = templateLoader(options, this.#scope, this.#perl, (path, item) => this.#subTemplate(path, item))
  }

  /**
   * All outputs of a template.
   * @throws Failure (refused) for an unknown template or a failing fragment: a template is never expanded in part
   */
  expand(path: string): Output[] {
    const { guard = (_, expand) => expand() } = this.#options
    return this.limited(() => guard(path, () => this.#expand(path)))
  }

  /** Runs something that expands templates, with one time limit, see `runSiteCode`. */
  limited<Result>(run: () => Result): Result {
    return runSiteCode(run, () => this.#running && this.#stoppedPlace(this.#running))
  }

  /** Where a fragment was stopped: V8 does not say, so it runs once more, with marks that show how far it comes. */
  #stoppedPlace({ file, run }: Run): string {
    this.#printer.s = ''
    const again = compileFragment(file, { traceId: 0 })
    if (again.isPerl) return file
    orUndefined(() => limited(() => run(again.bind(this.#scope, this.#perl)), AGAIN))
    const line = this.#printer.lastMark
    return line === undefined ? file : `${file}:${line}`
  }

  #expand(path: string): Output[] {
    const template = this.#load(path)
    const { files } = template
    const { databases } = this.#options
    const settled = withSettings(template.metadata, databases, files)
    const { metadata } = settled
    const place = metadata.output ?? `/${template.name}`
    if (metadata.each === undefined) return [this.#output(template, settled, place, undefined)]
    return chosenRecords(metadata.each, databases).map(record =>
      this.#output(template, settled, withRecordValues(place, record, files), record),
    )
  }

  #output(template: Template, { metadata, records }: Settled, path: string, record: RecordView | undefined): Output {
    const { databases, recall } = this.#options
    const subject = { path, key: record?.key ?? '', template: this.#fingerprint(template, metadata) }
    const remembers = record === undefined || metadata.delete ? undefined : recall
    const known = remembers?.find(subject, this.#asker)
    const make = () => {
      this.#target = path
      this.#printer.quote = quoterOf(metadata)
      this.#options.trace?.begin()
      if (metadata.delete) return undefined
      const run = () => {
        if (record !== undefined && metadata.each) databases.get(metadata.each.db, record.key)
        return this.#text(template, record)
      }
      return remembers === undefined ? run() : remembers.make(subject, this.#asker, run)
    }
    const belongings = (exists: boolean) => {
      const { link, folders } = this.#belongings(template, metadata, record, exists)
      return { path, template: template.name, metadata: forRecord(metadata, record), record, link, folders }
    }
    const settings = () => (metadata.delete ? [] : records.map(key => ({ database: 'configuration', key })))
    if (known === undefined) {
      const { result, reads } = databases.tracked(() => {
        for (const { database, key } of settings()) databases.note(database, key)
        const content = make()
        return { content, ...belongings(content !== undefined) }
      })
      return { ...result, reads }
    }
    const late = () => this.limited(make)
    // Only folders read anything.
    if (metadata.folders === undefined) return new RecalledOutput(belongings(true), known, late, settings)
    const { result, reads } = databases.tracked(() => belongings(true))
    return new RecalledOutput(result, known, late, () => [...settings(), ...reads])
  }

  /** What there is besides an output that exists. */
  #belongings({ files }: Template, { link, folders }: Metadata, record: RecordView | undefined, exists: boolean) {
    const { databases, world } = this.#options
    const linked = exists && fits(record, link?.where) ? link : undefined
    return {
      link: linked && withRecordValues(linked.path, record, files),
      folders: exists && folders !== undefined ? foldersOf(folders, record, databases, files, world.warn) : [],
    }
  }

  #answer(kind: Kind, [first = '', second, third = '']: readonly string[]): string {
    const { databases, world } = this.#options
    switch (kind) {
      case 'record':
        return textOfRecord(databases.get(first, second ?? ''))
      case 'all':
        return databases.all(first, second).map(textOfRecord).join()
      case 'listing':
        return databases
          .listing(first, second ?? '', third)
          .map(textOfRecord)
          .join()
      case 'database':
        return String(databases.load(first))
      case 'file':
        databases.note(FILES, first)
        return String(JSON.stringify(world.readFile(first)))
      case 'exists':
        databases.note(FILES, first)
        return String(world.exists(first))
      case 'fact':
        return String(world.fact(first))
      case 'event':
        return JSON.stringify(world.event)
      case 'template':
        return this.#fingerprint(this.#load(first))
    }
  }

  #fingerprint(template: Template, metadata = template.metadata): string {
    return cached(this.#fingerprints, metadata, () => fingerprint(template, metadata))
  }

  #text(template: Template, item: unknown): string | undefined {
    const { metadata, files } = template
    try {
      const filter = (made: string) => this.#filtered(template, made)
      const body = filter(this.#render(template, item))
      // A traced text has marks between its lines, so the trace removes the empty lines instead.
      const text = metadata.squeezeBlank && this.#options.trace === undefined ? squeezeBlank(body) : body
      const style = metadata.comment ?? (files.single ? 'none' : '#')
      const begins = files.fragments.some(({ name }) => name === 'template-begin')
      return begins ? text : filter(banner(files, BANNER_STYLES[style])) + text
    } catch (error) {
      if (error instanceof SkipFile) return undefined
      throw error
    } finally {
      this.#printer.s = ''
    }
  }

  #filtered({ metadata, files }: Template, text: string): string {
    const { filter } = metadata
    return filter === undefined
      ? text
      : filterLines(text, lines => this.#perl.filter(filter, lines, files.metadata.at(-1) ?? ''))
  }

  /** Runs the fragments of a template over one item. The printer's text is set aside meanwhile. */
  #render(template: Template, item: unknown): string {
    const printer = this.#printer
    const outer = printer.s
    const outerFragment = this.#running
    const vars = template.usesVars ? makeVars() : undefined
    printer.s = ''
    for (const { fragment, render } of template.fragments) {
      if (fragment.text !== undefined) {
        printer.s += fragment.text
        continue
      }
      const { databases } = this.#options
      databases.lastMissing = undefined
      if (fragment.usesEvent) databases.questions.ask('event')
      if (fragment.varies) databases.questions.spoil()
      try {
        const run = (code = render) => code(printer, item, vars, template.subTemplate, this.#target)
        this.#running = { file: fragment.file, run }
        const last = this.#options.trace === undefined ? run() : this.#traced(fragment, template, item, run)
        const text = typeof last === 'string' ? last : ''
        printer.add(text === '' || text.endsWith('\n') ? text : `${text}\n`)
      } catch (error) {
        if (error instanceof SkipFile) throw error
        throw fragmentFailure(error, fragment.file, missingRecordHint(error, databases.lastMissing))
      } finally {
        this.#running = outerFragment
      }
    }
    const text = printer.s
    printer.s = outer
    return text
  }

  #traced({ file, usesItem }: Fragment, { metadata }: Template, item: unknown, run: () => unknown): unknown {
    const { databases, trace } = this.#options
    trace?.enter(file)
    const { result, reads } = databases.tracked(() => {
      // The record of an output is read before its fragments run, so the read is recorded for the fragments that use it.
      if (usesItem && metadata.each && isRecord(item)) databases.note(metadata.each.db, storedKey(item))
      return run()
    })
    trace?.leave(file, reads)
    return result
  }

  #subTemplate(path: string, item: unknown): string {
    if (this.#depth >= MAXIMUM_DEPTH) throw new RangeError(`template(): ${path} calls itself endlessly`)
    this.#options.databases.questions.ask('template', path)
    const template = this.#load(path)
    const { quote } = this.#printer
    if (template.metadata.format !== undefined) this.#printer.quote = quoterOf(template.metadata)
    this.#depth++
    try {
      const text = this.#render(template, item)
      return this.#options.trace === undefined ? text : this.#printer.unmarked(text)
    } finally {
      this.#depth--
      this.#printer.quote = quote
    }
  }
}

const MAXIMUM_DEPTH = 50

/** The names of the services to adjust may contain the record's key. */
function forRecord(metadata: Metadata, record: RecordView | undefined): Metadata {
  if (record === undefined || !metadata.notify.some(entry => entry.includes('{key}'))) return metadata
  return { ...metadata, notify: metadata.notify.map(entry => entry.replaceAll('{key}', () => record.key)) }
}

function isRecord(item: unknown): item is RecordView {
  return typeof item === 'object' && item !== null && 'key' in item && typeof item.key === 'string'
}

/** A value is undefined right after a record was not found: on a new server the databases still have to be filled. */
function missingRecordHint(error: unknown, missing: Read | undefined): string | undefined {
  if (!isError(error) || error.name !== 'TypeError' || missing === undefined) return undefined
  if (!error.message.includes('undefined')) return undefined
  return [
    `There is no record "${missing.key}" in the database ${missing.database}. To create the described records:`,
    'gabarit initialize-default-databases (or signal-event post-install)',
  ].join('\n')
}

function quoterOf(metadata: Metadata): Quoter {
  return QUOTERS[metadata.format ?? 'raw'] ?? (value => value)
}
