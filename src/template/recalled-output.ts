import type { Read, RecordView } from './databases.ts'
import type { Metadata } from './metadata.ts'
import type { Folder } from './placeholders.ts'
import type { Known } from './recall.ts'

/** What an output is, whether it was made or not. */
interface Subject {
  readonly path: string
  readonly template: string
  readonly metadata: Metadata
  readonly record: RecordView | undefined
  readonly link: string | undefined
  readonly folders: readonly Folder[]
}

/** An output that was not made, because it is known. What few ask for is found when they do. */
export class RecalledOutput implements Subject {
  readonly path: string
  readonly template: string
  readonly metadata: Metadata
  readonly record: RecordView | undefined
  readonly link: string | undefined
  readonly folders: readonly Folder[]
  readonly known: Known
  readonly #make: () => string | undefined
  readonly #reads: () => readonly Read[]
  #made: { readonly text: string | undefined } | undefined

  /**
   * @param make makes it after all
   * @param reads what was read besides what its fragments would read
   */
  constructor(subject: Subject, known: Known, make: () => string | undefined, reads: () => readonly Read[]) {
    this.path = subject.path
    this.template = subject.template
    this.metadata = subject.metadata
    this.record = subject.record
    this.link = subject.link
    this.folders = subject.folders
    this.known = known
    this.#make = make
    this.#reads = reads
  }

  get content(): string | undefined {
    this.#made ??= { text: this.#make() }
    return this.#made.text
  }

  get reads(): readonly Read[] {
    return [...this.known.reads, ...this.#reads()]
  }
}
