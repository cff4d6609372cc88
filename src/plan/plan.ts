import type { Manifest } from '../state/manifest.ts'
import type { Attributes } from '../system/system.ts'
import type { Judging } from '../template/metadata.ts'
import type { Drifted, DriftState } from './drift.ts'

/** One file or link that will change. Paths: `path` on the server, `real` with the root in front. */
export type Change = FileChange | LinkChange | RemoveChange | AttributeChange

interface Common {
  readonly path: string
  readonly real: string
  readonly template: string
  /** Somebody changed the file since gabarit last wrote it. */
  readonly edited: boolean
  /** How the file relates to what gabarit last wrote and to what it wants. */
  readonly drift: DriftState
}

export interface FileChange extends Common {
  readonly kind: 'write'
  /** Undefined: the file is new. */
  readonly before: Buffer | undefined
  readonly after: string | Uint8Array
  readonly attributes: Attributes
  readonly judging: Judging
  /** It existed with different content before gabarit wrote it for the first time. */
  readonly takenOver: boolean
  /** There is a symbolic link; it is replaced, not followed. */
  readonly replacesLink: string | undefined
  /** An action made it, see {@link MadeFile}. Absent: a template. */
  readonly made?: true
  /** None of its content is shown or kept in the history. */
  readonly secret?: boolean
  /** What was there before gabarit comes back, because the file is no longer generated. */
  readonly putBack?: true
}

export interface LinkChange extends Common {
  readonly kind: 'link'
  readonly target: string
  readonly exists: boolean
}

export interface RemoveChange extends Common {
  readonly kind: 'remove'
  readonly before: Buffer | undefined
  /** Gabarit never wrote it (`delete` in the metadata). */
  readonly takenOver: boolean
  readonly wasLink: string | undefined
  /** An action made it. */
  readonly made?: true
}

export interface AttributeChange extends Common {
  readonly kind: 'attributes'
  readonly before: Attributes
  readonly attributes: Attributes
}

export interface NewFolder {
  readonly path: string
  readonly real: string
  readonly attributes: Attributes
  /** A template asks for it by `folders`; otherwise it is a missing parent. */
  readonly named: boolean
}

/** Everything one run will do to files, and what it will own afterwards. */
export interface Plan {
  readonly changes: readonly Change[]
  /** Folders to create, outermost first. */
  readonly folders: readonly NewFolder[]
  /** Folders to remove if they are empty afterwards, innermost first. */
  readonly emptied?: readonly Pick<NewFolder, 'path' | 'real'>[]
  readonly manifest: Manifest
  readonly manifestChanged: boolean
  /** `service:action` of the templates with a changed output, without duplicates. */
  readonly notify: readonly string[]
  /** Files that a person changed since gabarit wrote them, and pinned files, whether they change now or not. */
  readonly drift: readonly Drifted[]
}
