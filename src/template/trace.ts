import type { Read } from './databases.ts'
import type { Expander } from './expand.ts'
import { TRACE_LEAD, TRACE_TAIL } from './generate.ts'
import type { Output } from './output.ts'
import type { Trace } from './renderer.ts'

/** Where one line of an output comes from. */
export interface LineOrigin {
  readonly file: string
  readonly line: number
}

/** An output with the origin of each of its lines. */
export interface TracedOutput {
  readonly output: Output
  readonly text: string
  /** By line of the output, from 1 (index 0 is unused); undefined for the banner. */
  readonly origins: readonly (LineOrigin | undefined)[]
  /** What each fragment read, by its file, in the order they began: a sub-template's fragment after the one that called it. */
  readonly reads: ReadonlyMap<string, readonly Read[]>
  /** How deep in sub-templates each fragment first ran, by its file; 0 for those of the template itself. */
  readonly depths: ReadonlyMap<string, number>
}

/** What the trace recorded about the fragments of one output. */
interface Seen {
  readonly reads: Map<string, Map<string, Read>>
  readonly depths: Map<string, number>
}

/** Expands one template and follows each line back to the fragment and line that made it. */
export function traceTemplate(makeExpander: (trace: Trace) => Expander, name: string): TracedOutput[] {
  const files: string[] = []
  const seen: Seen[] = []
  let depth = 0
  const trace: Trace = {
    idOf: file => files.push(file) - 1,
    begin: () => seen.push({ reads: new Map(), depths: new Map() }),
    enter: file => {
      const { reads, depths } = seen.at(-1) ?? NOTHING
      if (!reads.has(file)) {
        reads.set(file, new Map())
        depths.set(file, depth)
      }
      depth++
    },
    leave: (file, list) => {
      depth--
      const known = seen.at(-1)?.reads.get(file)
      for (const read of list) known?.set(`${read.database}\0${read.key ?? ''}`, read)
    },
  }
  const outputs = makeExpander(trace).expand(name)
  return outputs.map((output, index) => {
    const { reads, depths } = seen[index] ?? NOTHING
    const readLists = new Map([...reads].map(([file, map]) => [file, [...map.values()]]))
    return { output, ...followLines(output, files), reads: readLists, depths }
  })
}

/** For an output without fragments (`delete`). */
const NOTHING: Seen = { reads: new Map(), depths: new Map() }

interface Line {
  readonly text: string
  readonly origin: LineOrigin | undefined
}

function followLines({ content = '', metadata }: Output, files: readonly string[]) {
  const lines = readMarks(content, files)
  const kept = metadata.squeezeBlank ? squeezeLines(lines) : lines
  return { text: kept.map(({ text }) => text).join('\n'), origins: [undefined, ...kept.map(({ origin }) => origin)] }
}

function readMarks(marked: string, files: readonly string[]): Line[] {
  let last: LineOrigin | undefined
  const originOf = (mark: string | undefined): LineOrigin | undefined => {
    const [, id, number] = MARK.exec(mark ?? '') ?? []
    return number === undefined ? undefined : { file: files[Number(id)] ?? '', line: Number(number) }
  }
  return marked.split('\n').map(line => {
    // Statements in the lines above leave marks too, so the last one before the first character counts.
    const origin = originOf(LEADING_MARK.exec(line)?.[1]) ?? last
    last = originOf(line.match(MARKS)?.at(-1)) ?? last
    return { text: line.replace(MARKS, ''), origin }
  })
}

/** As `squeezeBlank` in text.ts, but below the banner, whose lines have no origin. */
function squeezeLines(lines: readonly Line[]): Line[] {
  const begin = lines.findIndex(({ origin }) => origin !== undefined)
  if (begin === -1) return [...lines]
  const body = lines.slice(begin)
  const kept = body.filter(({ text }, index) => text !== '' || (index > 0 && body[index - 1]?.text !== ''))
  return [...lines.slice(0, begin), ...kept]
}

const MARK = new RegExp(`${TRACE_LEAD}(\\d+):(\\d+)${TRACE_TAIL}`, 'u')
const MARKS = new RegExp(`${TRACE_LEAD}\\d+:\\d+${TRACE_TAIL}`, 'gu')
const LEADING_MARK = new RegExp(`^(?:${MARKS.source})*(${MARKS.source})`, 'u')
