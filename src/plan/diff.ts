import { createTwoFilesPatch } from 'diff'
import type { Change, FileChange, RemoveChange } from './plan.ts'
import { formatHunks, resync } from './resync.ts'

/** Up to this many differences, the shortest diff is computed; its cost grows with their square. */
const MAXIMUM_EDITS = 500
const CONTEXT = 3

/**
 * The text of a content without secrets, safe to show.
 * @param path the file that has this content now; absent: none yet, or it does not matter
 */
export type Redact = (content: string | Uint8Array, path?: string) => string

const revealAll: Redact = content => Buffer.from(content).toString('utf8')

/**
 * One change as a unified diff, for people and for `patch`.
 * @param show removes secrets
 */
export function unifiedDiff(change: Change, show: Redact = revealAll): string {
  const { path } = change
  switch (change.kind) {
    case 'link':
      return `link ${path} -> ${change.target}\n`
    case 'attributes': {
      const { before, attributes } = change
      return `attributes ${path}: ${describeAttributes(before)} -> ${describeAttributes(attributes)}\n`
    }
    case 'remove': {
      if (change.wasLink !== undefined) return `remove link ${path} -> ${change.wasLink}\n`
      return patch(change, undefined, show)
    }
    case 'write': {
      const link = change.replacesLink === undefined ? '' : `replace link ${path} -> ${change.replacesLink}\n`
      return link + patch(change, change.after, show)
    }
  }
}

/** `0:4 0755` */
export function describeAttributes({ uid, gid, mode }: { uid: number; gid: number; mode: number }): string {
  return `${uid}:${gid} ${mode.toString(8).padStart(4, '0')}`
}

function patch(change: FileChange | RemoveChange, after: string | Uint8Array | undefined, show: Redact): string {
  if ('secret' in change && change.secret)
    return `--- ${change.before === undefined ? '/dev/null' : change.path}\n+++ ${change.path}\n(${change.made ? 'a key' : 'made from a secret'}: its content is not shown)\n`
  const old = change.before === undefined ? undefined : show(change.before, change.path)
  const made = after === undefined ? undefined : show(after)
  if (old === made) return `--- ${change.path}\n+++ ${change.path}\n(only a secret value differs)\n`
  return textDiff(change.path, old, made)
}

/** Two versions of a text as a unified diff; undefined: the file does not exist in that version. */
export function textDiff(path: string, old: string | undefined, made: string | undefined): string {
  const header = `--- ${old === undefined ? '/dev/null' : path}\n+++ ${made === undefined ? '/dev/null' : path}\n`
  // A new or removed file needs no comparison.
  if (!made) return header + (old ? formatHunks([{ sign: '-', lines: linesOf(old) }], CONTEXT) : '')
  if (!old) return header + formatHunks([{ sign: '+', lines: linesOf(made) }], CONTEXT)
  const options = { context: CONTEXT, maxEditLength: MAXIMUM_EDITS }
  const text = createTwoFilesPatch(path, path, old, made, undefined, undefined, options)
  if (text !== undefined) return header + text.slice(text.indexOf('\n@@') + 1)
  return header + formatHunks(resync(linesOf(old), linesOf(made)), CONTEXT)
}

/** The lines of a text. A missing newline at the end is marked, as `diff` does. */
function linesOf(text: string): string[] {
  if (text.endsWith('\n')) return text.slice(0, -1).split('\n')
  const lines = text.split('\n')
  return [...lines.slice(0, -1), `${lines.at(-1)}\n\\ No newline at end of file`]
}

/** Colours a diff for a terminal: added lines green, removed lines red, positions cyan. */
export function colourDiff(diff: string): string {
  const colours: Record<string, string> = { '+': '32', '-': '31', '@': '36' }
  return diff.replace(/^.+$/gm, line => {
    const colour = /^(---|\+\+\+) /.test(line) ? '1' : colours[line[0] ?? '']
    return colour === undefined ? line : `\u001b[${colour}m${line}\u001b[0m`
  })
}
