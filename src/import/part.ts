import type { Fate } from '../db/old-server/remark.ts'

/** What became of one thing of an old server, as a line of the report. */
export interface Line {
  readonly fate: Fate
  /** The thing, by its name there. */
  readonly what: string
  /** What it becomes, or what to do. */
  readonly how: string
}

/** A file to be here, and where it comes from. */
export interface WantedFile {
  readonly kind: 'file'
  /** Path on the server. */
  readonly path: string
  readonly content: Buffer
  readonly mode: number
  /** Whether its content is never shown, and not kept in the history. */
  readonly secret?: true
}

/** A symbolic link to be here. */
export interface WantedLink {
  readonly kind: 'link'
  readonly path: string
  readonly target: string
}

/** One kind of things of an old server: what they become here, and what is said of them. */
export interface Part {
  readonly lines: readonly Line[]
  readonly wanted: readonly (WantedFile | WantedLink)[]
}

/** Where the site's own parts are. */
export const SITE = '/etc/gabarit'

/** A file of settings, which is not secret. */
export function plainFile(path: string, content: Buffer | string, mode = 0o644): WantedFile {
  return { kind: 'file', path, content: Buffer.from(content), mode }
}

/** All parts as one. */
export function together(parts: readonly Part[]): Part {
  return { lines: parts.flatMap(({ lines }) => lines), wanted: parts.flatMap(({ wanted }) => wanted) }
}

/** The contents of the files, as text. */
export function textsOf({ wanted }: Part): string[] {
  return wanted.flatMap(file => (file.kind === 'file' ? [file.content.toString('utf8')] : []))
}
