import {
  hash,
  integer,
  listOf,
  type ObjectOf,
  objectOf,
  oneOf,
  optional,
  orNull,
  recordOf,
  type TypeOf,
  text,
} from '../../base/shape.ts'

/** A property, or a whole record, before and after. Secret values are asterisks. */
export type PropertyChange = TypeOf<typeof propertyChange>
export const propertyChange = objectOf({
  database: text,
  key: text,
  /** Null: the record itself, whose type is the value. */
  property: orNull(text),
  /** Null: it did not exist. */
  old: orNull(text),
  /** Null: it no longer exists. */
  new: orNull(text),
})

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
export type AdjustmentRecord = TypeOf<typeof adjustmentRecord>
const adjustmentRecord = objectOf({ service: text, command: text, problem: orNull(text) })

/**
 * How an event ended: everything done; done, but an action or a service failed; rolled back because a service did not come
 * up; refused, so nothing changed.
 */
export type Outcome = TypeOf<typeof outcome>
const outcome = oneOf('done', 'failed', 'rolled back', 'refused')

/** What was requested, and by whom. Passed unchanged from the command line to the history entry. */
export type Asked = ObjectOf<typeof ASKED_PARTS>
export const ASKED_PARTS = {
  /** The login name, even under sudo. */
  user: text,
  /** What triggered it: `shell`, `action of EVENT`, `confirmation`, `console 192.168.1.20`. */
  via: text,
  /** `signal-event`, `apply`, `rollback`, `expand-template` … */
  command: text,
  /** Event or templates, then the arguments. */
  args: listOf(text),
  comment: orNull(text),
}

/** The hashes of databases by name. */
export const databaseHashes = recordOf(hash)

/** The parts that an entry and the note of one have in common. */
export const COMMON_PARTS = {
  ...ASKED_PARTS,
  /** When it began, ISO 8601 in UTC. */
  time: text,
  outcome,
  /** What went wrong, in words. */
  problems: listOf(text),
  /** Paths that changed; {@link COMMON_PARTS.files} has their contents. */
  paths: listOf(text),
  /** Hash of the list of {@link FileRecord}; null if no file changed. */
  files: orNull(hash),
  /** What a rollback cannot undo, in words. Absent: nothing. */
  lasting: optional(listOf(text)),
  /** Folders that were made, outermost first. Absent: none. */
  folders: optional(listOf(text)),
  /** Hash of the list of files that gabarit owned afterwards; null before there was one. */
  manifest: orNull(hash),
  /** The databases that were last checked. Absent: those of the entry were. */
  checked: optional(databaseHashes),
}

/** One entry of the history. */
export type HistoryEntry = TypeOf<typeof historyEntry>
export const historyEntry = objectOf({
  ...COMMON_PARTS,
  id: integer,
  properties: listOf(propertyChange),
  /** As they were when this entry was made. */
  databases: databaseHashes,
  validators: listOf(text),
  adjustments: listOf(adjustmentRecord),
})

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
