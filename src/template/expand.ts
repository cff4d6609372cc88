import { cached } from '../base/cached.ts'
import { answerTo } from './answer.ts'
import type { RecordView } from './databases.ts'
import { fingerprint, type Template } from './load.ts'
import type { Metadata } from './metadata.ts'
import type { Output } from './output.ts'
import { chosenRecords, fits, foldersOf, withRecordValues, withSettings } from './placeholders.ts'
import type { Asker, Recall } from './recall.ts'
import { RecalledOutput } from './recalled-output.ts'
import { Renderer, type RendererOptions } from './renderer.ts'

export interface ExpanderOptions extends RendererOptions {
  /** What outputs need not be made again. Default: all are made. */
  readonly recall?: Recall | undefined
  /** Called around the expansion of each template, with its path; default: nothing is around it. */
  readonly guard?: ((path: string, expand: () => Output[]) => Output[]) | undefined
}

type Settled = ReturnType<typeof withSettings>

/** Expands templates: `(databases, tree) → outputs`, without side effects. */
export class Expander {
  readonly #options: ExpanderOptions
  readonly #renderer: Renderer
  readonly #fingerprints = new Map<Metadata, string>()
  readonly #asker: Asker

  constructor(options: ExpanderOptions) {
    const { databases, world } = options
    this.#options = options
    this.#renderer = new Renderer(options)
    const fingerprintOf = (path: string) => this.#fingerprint(this.#renderer.load(path))
    this.#asker = { databases, answer: (kind, words) => answerTo(kind, words, { databases, world, fingerprintOf }) }
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
    return this.#renderer.limited(run)
  }

  #expand(path: string): Output[] {
    const template = this.#renderer.load(path)
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
      this.#options.trace?.begin()
      if (metadata.delete) return undefined
      const run = () => {
        if (record !== undefined && metadata.each) databases.get(metadata.each.db, record.key)
        return this.#renderer.text(template, record, path, metadata)
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

  #fingerprint(template: Template, metadata = template.metadata): string {
    return cached(this.#fingerprints, metadata, () => fingerprint(template, metadata))
  }
}

/** The names of the services to adjust may contain the record's key. */
function forRecord(metadata: Metadata, record: RecordView | undefined): Metadata {
  if (record === undefined || !metadata.notify.some(entry => entry.includes('{key}'))) return metadata
  return { ...metadata, notify: metadata.notify.map(entry => entry.replaceAll('{key}', () => record.key)) }
}
