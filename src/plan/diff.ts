import { createTwoFilesPatch } from 'diff'
import type { Change, FileChange, RemoveChange } from './plan.ts'

/** Differences beyond this number of lines are not worked out: the cost grows with their square (4,000: two seconds). */
const MAXIMUM_EDITS = 4000

/**
 * One change as a unified diff, for people and for `patch`.
 * @param secrets values that are shown as asterisks
 */
export function unifiedDiff(change: Change, secrets: readonly string[] = []): string {
  const { path } = change
  switch (change.kind) {
    case 'link':
      return `link ${path} -> ${change.target}\n`
    case 'attributes': {
      const { before, attributes } = change
      return `attributes ${path}: ${describe(before)} -> ${describe(attributes)}\n`
    }
    case 'remove': {
      if (change.wasLink !== undefined) return `remove link ${path} -> ${change.wasLink}\n`
      return patch(change, undefined, secrets)
    }
    case 'write': {
      const link = change.replacesLink === undefined ? '' : `replace link ${path} -> ${change.replacesLink}\n`
      return link + patch(change, Buffer.from(change.after).toString('utf8'), secrets)
    }
  }
}

function describe({ uid, gid, mode }: { uid: number; gid: number; mode: number }): string {
  return `${uid}:${gid} ${mode.toString(8).padStart(4, '0')}`
}

function patch(change: FileChange | RemoveChange, after: string | undefined, secrets: readonly string[]): string {
  const old = change.before === undefined ? undefined : hide(change.before.toString('utf8'), secrets)
  const made = after === undefined ? undefined : hide(after, secrets)
  if (old === made && secrets.length > 0)
    return `--- ${change.path}\n+++ ${change.path}\n(only a secret value differs)\n`
  return textDiff(change.path, old, made)
}

/** Two versions of a text as a unified diff; undefined: the file did not or does not exist. */
export function textDiff(path: string, old: string | undefined, made: string | undefined): string {
  const header = `--- ${old === undefined ? '/dev/null' : path}\n+++ ${made === undefined ? '/dev/null' : path}\n`
  if (!old || !made) return header + whole(old ?? '', '-') + whole(made ?? '', '+')
  const options = { context: 3, maxEditLength: MAXIMUM_EDITS }
  const text = createTwoFilesPatch(path, path, old, made, undefined, undefined, options)
  if (text !== undefined) return header + text.slice(text.indexOf('\n@@') + 1)
  return `${header}(too many differences to show: ${path} had ${lineCount(old)} lines and gets ${lineCount(made)})\n`
}

/** A file that is new or goes away needs no comparing. */
function whole(text: string, sign: '+' | '-'): string {
  if (text === '') return ''
  const count = lineCount(text)
  const hunk = sign === '+' ? `@@ -0,0 +1,${count} @@` : `@@ -1,${count} +0,0 @@`
  const body = text.replace(/\n$/, '').replace(/^/gm, sign)
  return `${hunk}\n${body}\n${text.endsWith('\n') ? '' : '\\ No newline at end of file\n'}`
}

function lineCount(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

function hide(text: string, secrets: readonly string[]): string {
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '********'), text)
}

/** Colours a diff for a terminal: what comes green, what goes red, places cyan. */
export function colourDiff(diff: string): string {
  const colours: Record<string, string> = { '+': '32', '-': '31', '@': '36' }
  return diff.replace(/^.+$/gm, line => {
    const colour = /^(---|\+\+\+) /.test(line) ? '1' : colours[line[0] ?? '']
    return colour === undefined ? line : `\u001b[${colour}m${line}\u001b[0m`
  })
}
