import { hash, integer, listOf, objectOf, oneOf, optional, orNull, recordOf, text } from '../../base/shape.ts'

/** A property, or a whole record, before and after. Secret values are asterisks. */
export interface PropertyChange {
  readonly database: string
  readonly key: string
  /** Null: the record itself, whose type is the value. */
  readonly property: string | null
  /** Null: it did not exist. */
  readonly old: string | null
  /** Null: it no longer exists. */
  readonly new: string | null
}

/** One state of a file: its content by hash, or the target of a link. */
export type FileVersion =
  | { readonly sha256: string; readonly mode: number; readonly uid: number; readonly gid: number }
  | { readonly link: string }

export interface FileRecord {
  readonly path: string
  readonly template: string
  /** An action made it, so it only goes forward. Absent: a template did. */
  readonly made?: true
  /** Null: it did not exist. */
  readonly before: FileVersion | null
  /** Null: it no longer exists. */
  readonly after: FileVersion | null
}

/** How one service was adjusted. */
export interface AdjustmentRecord {
  readonly service: string
  readonly command: string
  readonly problem: string | null
}

/**
 * How an event ended: everything done; done, but an action or a service failed; rolled back because a service did not come
 * up; refused, so nothing changed.
 */
export type Outcome = 'done' | 'failed' | 'rolled back' | 'refused'

/** What was requested, and by whom. Passed unchanged from the command line to the history entry. */
export interface Asked {
  /** The login name, even under sudo. */
  readonly user: string
  /** What triggered it: `shell`, `action of EVENT`, `confirmation`. */
  readonly via: string
  /** `signal-event`, `apply`, `rollback`, `expand-template` … */
  readonly command: string
  /** Event or templates, then the arguments. */
  readonly args: readonly string[]
  readonly comment: string | null
}

/** `signal-event console-save` */
export function commandLine({ command, args }: Pick<Asked, 'command' | 'args'>): string {
  return [command, ...args].join(' ')
}

/** The comment, to append to the command: ` "new host"`, or nothing. */
export function noteOf({ comment }: Asked, space = ' '): string {
  return comment === null ? '' : `${space}"${comment}"`
}

/** Whether its changes are in effect: it was neither refused nor rolled back. */
export function tookEffect({ outcome }: Pick<HistoryEntry, 'outcome'>): boolean {
  return outcome === 'done' || outcome === 'failed'
}

export interface HistoryEntry extends Asked {
  readonly id: number
  /** When it began, ISO 8601 in UTC. */
  readonly time: string
  readonly outcome: Outcome
  /** What went wrong, in words. */
  readonly problems: readonly string[]
  readonly properties: readonly PropertyChange[]
  /** Paths that changed; {@link HistoryEntry.files} has their contents. */
  readonly paths: readonly string[]
  /** Hash of the list of {@link FileRecord}; null if no file changed. */
  readonly files: string | null
  /** What a rollback cannot undo, in words. Absent: nothing. */
  readonly lasting?: readonly string[]
  /** Folders that were made, outermost first. Absent: none. */
  readonly folders?: readonly string[]
  /** Hash of the list of files that gabarit owned afterwards; null before there was one. */
  readonly manifest: string | null
  /** Hashes of the databases when this entry was made, by name. */
  readonly databases: Readonly<Record<string, string>>
  readonly validators: readonly string[]
  readonly adjustments: readonly AdjustmentRecord[]
}

export const propertyChange = objectOf<PropertyChange>({
  ...{ database: text, key: text, property: orNull(text), old: orNull(text), new: orNull(text) },
})

/** The parts of {@link Asked}. */
export const ASKED_PARTS = { user: text, via: text, command: text, args: listOf(text), comment: orNull(text) } as const

/** The parts that an entry and the note of one have in common. */
export const COMMON_PARTS = {
  ...{ ...ASKED_PARTS, time: text },
  outcome: oneOf<Outcome>('done', 'failed', 'rolled back', 'refused'),
  ...{
    problems: listOf(text),
    paths: listOf(text),
    folders: optional(listOf(text)),
    lasting: optional(listOf(text)),
    files: orNull(hash),
    manifest: orNull(hash),
  },
} as const

/** The hashes of databases by name. */
export const databaseHashes = recordOf(hash)

export const historyEntry = objectOf<HistoryEntry>({
  ...{ id: integer, ...COMMON_PARTS, properties: listOf(propertyChange), databases: databaseHashes },
  validators: listOf(text),
  adjustments: listOf(objectOf<AdjustmentRecord>({ service: text, command: text, problem: orNull(text) })),
})
