import type { Read } from './databases.ts'
import type { Expander, Output, Trace } from './expand.ts'
import { TRACE_LEAD, TRACE_TAIL } from './generate.ts'

/** Where one line of an output comes from. */
export interface LineOrigin {
  readonly file: string
  readonly line: number
}

/** An output with the way back from each of its lines. */
export interface TracedOutput {
  readonly output: Output
  readonly text: string
  /** By line of the output, from 1 (index 0 is unused); undefined for the banner. */
  readonly origins: readonly (LineOrigin | undefined)[]
  /** What each fragment read, by its file, in the order of their first run. */
  readonly reads: ReadonlyMap<string, readonly Read[]>
}

/** Expands one template and follows each line back to the fragment and line that made it. */
export function traceTemplate(makeExpander: (trace: Trace) => Expander, name: string): TracedOutput[] {
  const files: string[] = []
  const reads = new Map<string, Map<string, Read>>()
  const trace: Trace = {
    idOf: file => files.push(file) - 1,
    reads: (file, list) => {
      const known = reads.get(file) ?? new Map<string, Read>()
      for (const read of list) known.set(`${read.database}\0${read.key ?? ''}`, read)
      reads.set(file, known)
    },
  }
  const outputs = makeExpander(trace).expand(name)
  const readLists = new Map([...reads].map(([file, map]) => [file, [...map.values()]]))
  return outputs.map(output => ({ output, ...readMarks(output.content ?? '', files), reads: readLists }))
}

function readMarks(marked: string, files: readonly string[]) {
  const origins: (LineOrigin | undefined)[] = [undefined]
  let last: LineOrigin | undefined
  const lines = marked.split('\n').map(line => {
    let origin: LineOrigin | undefined
    const plain = line.replace(MARK, (_, id: string, number: string) => {
      last = { file: files[Number(id)] ?? '', line: Number(number) }
      origin ??= last
      return ''
    })
    origins.push(origin ?? last)
    return plain
  })
  return { text: lines.join('\n'), origins }
}

const MARK = new RegExp(`${TRACE_LEAD}(\\d+):(\\d+)${TRACE_TAIL}`, 'gu')
