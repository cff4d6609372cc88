import { cached } from '../base/cached.ts'
import type { LineOrigin, TracedOutput } from '../template/trace.ts'
import { newFragment } from './new-fragment.ts'
import { readSourceLines, type SourceLine } from './source-lines.ts'
import { alignment, linesOf } from './three-way.ts'

/** Lines of a text that are replaced. */
interface Hunk {
  /** Index of the first line. */
  readonly at: number
  readonly removed: number
  readonly added: readonly string[]
}

/** The same in a fragment. */
interface FragmentEdit extends Hunk {
  readonly file: string
}

/** The plain fragment line that an output line comes from; its index counts from 0. */
interface Place {
  readonly file: string
  readonly index: number
  readonly depth: number
}

/**
 * Applies the difference between an output and an edited text to the fragments of the output.
 * @returns the fragments with the edit, by their current file; or why a hunk does not fit into one
 */
export function placeEdits(traced: TracedOutput, edited: string) {
  const finder = new PlaceFinder(traced)
  const edits: FragmentEdit[] = []
  const problems: string[] = []
  const own = new Map<string, string>()
  for (const hunk of hunksOf(linesOf(traced.text), linesOf(edited))) {
    const found = placeHunk(hunk, finder)
    const file = typeof found === 'string' && hunk.removed === 0 ? newFragment(hunk.at, traced) : undefined
    if (typeof found !== 'string') edits.push(found)
    else if (file !== undefined && !isCode(hunk)) own.set(file, hunk.added.join(''))
    else problems.push(`line ${hunk.at + 1}${hunk.removed > 1 ? `–${hunk.at + hunk.removed}` : ''}: ${found}`)
  }
  const files = [...new Set(edits.map(({ file }) => file))]
  const editsOf = (file: string) => edits.filter(edit => edit.file === file)
  const changed = files.map(file => [file, applyEdits(finder.source(file), editsOf(file))] as const)
  return { fragments: new Map([...changed, ...own]), problems }
}

function isCode({ added }: Hunk): boolean {
  return added.some(line => line.includes('<%'))
}

function placeHunk({ at, removed, added }: Hunk, finder: PlaceFinder): FragmentEdit | string {
  if (isCode({ at, removed, added })) return 'the new text contains <%, which a fragment would run as code'
  if (removed === 0) return placeInsertion(at, added, finder)
  const places: Place[] = []
  for (let line = at; line < at + removed; line++) {
    const place = finder.place(line)
    if (typeof place === 'string') return place
    places.push(place)
  }
  const first = places[0]
  if (first === undefined) return 'nothing is there'
  const other = places.find(({ file }) => file !== first.file)
  if (other !== undefined) return `it spans two fragments, ${first.file} and ${other.file}`
  const apart = places.find(({ index }, count) => index !== first.index + count)
  if (apart !== undefined) return `there is code between these lines in ${first.file}:${first.index + 1}`
  return { file: first.file, at: first.index, removed, added }
}

const NOTHING_ABOVE = 'nothing is above'

/** New lines go after the line above or before the line below, whichever is nested less deeply. */
function placeInsertion(at: number, added: readonly string[], finder: PlaceFinder): FragmentEdit | string {
  const above = at === 0 ? NOTHING_ABOVE : finder.place(at - 1)
  const below = finder.place(at)
  if (typeof above !== 'string' && (typeof below === 'string' || above.depth <= below.depth))
    return { file: above.file, at: above.index + 1, removed: 0, added }
  if (typeof below !== 'string') return { file: below.file, at: below.index, removed: 0, added }
  return typeof above !== 'string' || above === NOTHING_ABOVE ? below : above
}

/** Finds fragment lines that are printed unchanged and exactly once. */
class PlaceFinder {
  readonly #traced: TracedOutput
  readonly #lines: readonly string[]
  readonly #sources = new Map<string, SourceLine[]>()

  constructor(traced: TracedOutput) {
    this.#traced = traced
    this.#lines = linesOf(traced.text)
  }

  /** @returns where a line of the output comes from, or why it has no single origin */
  place(index: number): Place | string {
    const origin = this.#traced.origins[index + 1]
    if (index >= this.#lines.length) return 'it is after the last line'
    if (origin === undefined) return 'it is in the banner, which gabarit writes itself'
    const { file, line } = origin
    const where = `${file}:${line}`
    if ((this.#traced.depths.get(file) ?? 0) > 0) return `it is printed by a sub-template, ${where}, and not only here`
    const source = this.source(file)[line - 1]
    if (source?.plain !== true || source.text !== this.#lines[index]) return `it is printed by code, ${where}`
    if (source.looped || this.#timesPrinted(origin) > 1) return `it is printed in a loop, ${where}`
    return { file, index: line - 1, depth: source.depth }
  }

  #timesPrinted({ file, line }: LineOrigin): number {
    const origins = this.#traced.origins.slice(1, this.#lines.length + 1)
    return origins.filter(origin => origin?.file === file && origin.line === line).length
  }

  source(file: string): readonly SourceLine[] {
    return cached(this.#sources, file, () => readSourceLines(file))
  }
}

/** What lies between the lines that both texts have in common. */
function hunksOf(before: string[], after: string[]): Hunk[] {
  let [at, next] = [0, 0]
  return [...alignment(before, after), after.length].flatMap((place, line) => {
    if (place === undefined) return []
    const hunk = { at, removed: line - at, added: after.slice(next, place) }
    at = line + 1
    next = place + 1
    return hunk.removed > 0 || hunk.added.length > 0 ? [hunk] : []
  })
}

function applyEdits(source: readonly SourceLine[], edits: readonly FragmentEdit[]): string {
  const lines = source.map(({ text }) => text)
  // Last one first, so that positions stay valid.
  for (const { at, removed, added } of edits.toSorted((a, b) => b.at - a.at)) lines.splice(at, removed, ...added)
  return lines.join('')
}
