import { isDeepStrictEqual } from 'node:util'
import { diffArrays } from 'diff'

/** The labels after the conflict markers. */
type Labels = Readonly<Record<'mine' | 'base' | 'theirs', string>>

/**
 * Merges two texts made from a third, line by line: what only one side changed is taken, what both changed alike is taken
 * once, the rest becomes a conflict between marks, which are those of `git merge-file --diff3`.
 *
 * The algorithm is diff3's, on the line differences of the library diff. If every line is different, the results are git's,
 * and the tests compare the two. Where lines repeat, git may align the texts differently.
 * @returns the text, and the number of conflicts in it, each between markers
 */
export function mergeTexts(base: string, mine: string, theirs: string, labels: Labels) {
  const [from, left, right] = [linesOf(base), linesOf(mine), linesOf(theirs)]
  const inLeft = alignment(from, left)
  const inRight = alignment(from, right)
  const merged: string[] = []
  let conflicts = 0
  let [start, leftStart, rightStart] = [0, 0, 0]
  while (start < from.length || leftStart < left.length || rightStart < right.length) {
    let end = start
    while (end < from.length && (inLeft[end] === undefined || inRight[end] === undefined)) end++
    const leftEnd = inLeft[end] ?? left.length
    const rightEnd = inRight[end] ?? right.length
    const old = from.slice(start, end)
    const ours = left.slice(leftStart, leftEnd)
    const shipped = right.slice(rightStart, rightEnd)
    const chosen = choose(old, ours, shipped)
    if (chosen === undefined) {
      conflicts++
      merged.push(...marked(old, ours, shipped, labels))
    } else merged.push(...chosen)
    if (end < from.length) merged.push(from[end] ?? '')
    start = end + 1
    leftStart = leftEnd + 1
    rightStart = rightEnd + 1
  }
  return { text: merged.join(''), conflicts }
}

/** Whether a text contains a marker that {@link mergeTexts} leaves at a conflict. */
export function hasMarks(text: string): boolean {
  return /^(<{7}|\|{7}|>{7}) /m.test(text)
}

function choose(base: string[], mine: string[], theirs: string[]): string[] | undefined {
  if (isDeepStrictEqual(mine, base)) return theirs
  return isDeepStrictEqual(theirs, base) || isDeepStrictEqual(mine, theirs) ? mine : undefined
}

function marked(base: string[], mine: string[], theirs: string[], labels: Labels): string[] {
  const part = (lines: string[]) => lines.map(line => (line.endsWith('\n') ? line : `${line}\n`))
  const open = [`<<<<<<< ${labels.mine}\n`, ...part(mine), `||||||| ${labels.base}\n`, ...part(base)]
  return [...open, '=======\n', ...part(theirs), `>>>>>>> ${labels.theirs}\n`]
}

/** For each kept line of `base`, its position in the other text. */
export function alignment(base: string[], other: string[]): (number | undefined)[] {
  const places: (number | undefined)[] = Array.from({ length: base.length })
  let [at, inOther] = [0, 0]
  for (const { added, removed, count } of diffArrays(base, other)) {
    if (!added && !removed) for (let line = 0; line < count; line++) places[at + line] = inOther + line
    if (!added) at += count
    if (!removed) inOther += count
  }
  return places
}

/** Lines with their newline; the last one may have none. */
export function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}
