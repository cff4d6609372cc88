import { createTwoFilesPatch } from 'diff'
import type { Change } from './plan.ts'

/** Differences beyond this number of lines are not worked out: the cost grows with their square. */
const MAXIMUM_EDITS = 20_000

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
      return patch(path, change.before, '', path, '/dev/null', secrets)
    }
    case 'write': {
      const link = change.replacesLink === undefined ? '' : `replace link ${path} -> ${change.replacesLink}\n`
      return (
        link + patch(path, change.before, change.after, change.before === undefined ? '/dev/null' : path, path, secrets)
      )
    }
  }
}

function describe({ uid, gid, mode }: { uid: number; gid: number; mode: number }): string {
  return `${uid}:${gid} ${mode.toString(8).padStart(4, '0')}`
}

function patch(
  path: string,
  before: Buffer | undefined,
  after: string | Uint8Array,
  from: string,
  to: string,
  secrets: readonly string[],
): string {
  const old = hide(before?.toString('utf8') ?? '', secrets)
  const made = hide(Buffer.from(after).toString('utf8'), secrets)
  const header = `--- ${from}\n+++ ${to}\n`
  if (old === made && secrets.length > 0) return `${header}(only a secret value differs)\n`
  if (old === '' || made === '') return header + whole(old, '-') + whole(made, '+')
  const text = createTwoFilesPatch(from, to, old, made, undefined, undefined, {
    context: 3,
    maxEditLength: MAXIMUM_EDITS,
  })
  if (text === undefined)
    return `${header}(too many differences to show: ${path} had ${lineCount(old)} lines and gets ${lineCount(made)})\n`
  return text.replace(/^(Index: .*\n)?=+\n/, '').replace(/^(---|\+\+\+) (.*)\t$/gm, '$1 $2')
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
