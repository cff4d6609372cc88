import type { Read, RecordView } from './databases.ts'
import type { Metadata } from './metadata.ts'
import type { Folder } from './placeholders.ts'
import type { Known } from './recall.ts'

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
