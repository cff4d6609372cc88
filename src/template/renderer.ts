import { orUndefined } from '../base/failure.ts'
import { QUOTERS, type Quoter } from '../base/quote.ts'
import { limited, runSiteCode } from '../system/site-code.ts'
import { BANNER_STYLES, banner } from './banner.ts'
import { type Databases, type Read, type RecordView, storedKey } from './databases.ts'
import { filterLines } from './filter.ts'
import { compileFragment, type Fragment, fragmentFailure, isError, type Render } from './fragment.ts'
import { type Template, templateLoader } from './load.ts'
import type { Metadata } from './metadata.ts'
import { PerlBridge } from './perl-bridge.ts'
import { Printer } from './printer.ts'
import { type FragmentWorld, makeScope, makeVars, type Scope, SkipFile } from './scope.ts'
import { squeezeBlank } from './text.ts'
import type { Layer } from './tree.ts'

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

export interface RendererOptions {
  readonly layers: readonly Layer[]
  readonly databases: Databases
  readonly world: FragmentWorld
  /** Follows an expansion line by line, for `explain`. Without it, nothing is marked. */
  readonly trace?: Trace | undefined
}

/** A fragment that is running, and how to run its code. */
interface Run {
  readonly file: string
  readonly run: (code?: Render) => unknown
}

/** Milliseconds for which a fragment that was stopped runs once more. */
const AGAIN = 200

/** Templates that call one another this deep call themselves. */
const MAXIMUM_DEPTH = 50

/** Makes the text of templates: runs their fragments, each compiled once. */
export class Renderer {
  readonly #options: RendererOptions
  readonly #printer = new Printer()
  readonly #scope: Scope
  readonly #perl: PerlBridge
  /** @throws Failure (refused) for an unknown template, or one that cannot be compiled */
  readonly load: (path: string) => Template
  #target = ''
  #depth = 0
  /** The fragment that is running. */
  #running: Run | undefined

  constructor(options: RendererOptions) {
    this.#options = options
    const { databases, world } = options
    this.#scope = makeScope(databases, world, this.#printer)
    this.#perl = new PerlBridge(databases, world)
    this.load = templateLoader(options, this.#scope, this.#perl, (path, item) => this.#subTemplate(path, item))
  }

  /** Runs something that makes texts, with one time limit, see `runSiteCode`. */
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

  /**
   * The text of a template over one item, its banner included; undefined if a fragment says so (`skipFile()`).
   * @param target the path of the output
   * @param settings of the template, with what records say
   * @throws Failure (refused) for a failing fragment
   */
  text(template: Template, item: unknown, target: string, settings: Metadata): string | undefined {
    const { metadata, files } = template
    this.#target = target
    this.#printer.quote = quoterOf(settings)
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
    const template = this.load(path)
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
