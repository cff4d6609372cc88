import { compact, type Part } from './output.ts'

/** The source of a fragment, by the rules for lines of src/template/newline-rules.ts. */
export function etaSource(parts: readonly Part[]): string {
  const writer = new EtaWriter()
  const all = compact(parts)
  for (let at = 0; at < all.length; ) {
    const end = all.findIndex((part, index) => index >= at && part.kind !== 'code')
    const run = all.slice(at, end === -1 ? undefined : end)
    if (run.length > 0) writer.code(run.filter(part => part.kind === 'code'))
    at += run.length
    const part = all[at]
    if (part === undefined) continue
    if (part.kind === 'text') writer.text(part.text)
    else if (part.kind !== 'code') writer.value(part.kind, part.code)
    at++
  }
  return writer.finished()
}

type CodeLine = Extract<Part, { kind: 'code' }>

class EtaWriter {
  source = ''
  #depth = 0
  /** What the present line of the source has: nothing, blanks, one raw value, tags of code behind blanks, or something that keeps it. */
  #line: 'empty' | 'blank' | 'raw' | 'code' | 'kept' = 'empty'

  text(text: string): void {
    const safe = text.replaceAll('<%', "<%= '<' %>%")
    for (const part of safe.split(/(?<=\n)/)) {
      if (part === '') continue
      const isBlank = /^[ \t]*\n?$/.test(part)
      // A line of code and blanks alone leaves nothing, and a text alone gets one newline.
      if (isBlank && (this.#line === 'code' || this.#line === 'raw') && part.endsWith('\n')) this.#keep()
      this.source += part
      if (part.endsWith('\n')) this.#line = 'empty'
      else if (!isBlank || part.includes('<%')) this.#line = 'kept'
      else if (this.#line === 'empty') this.#line = 'blank'
    }
  }

  value(kind: 'print' | 'raw', code: string): void {
    if (kind === 'print') {
      this.source += `<%= ${code} %>`
      this.#line = 'kept'
      return
    }
    this.source += `<%~ ${code} %>`
    this.#line = this.#line === 'empty' || this.#line === 'blank' ? 'raw' : this.#line === 'kept' ? 'kept' : 'kept'
  }

  code(lines: readonly CodeLine[]): void {
    if (this.#line === 'blank') this.#keep()
    const isOwn = this.#line === 'empty'
    for (const tag of isOwn ? tagsOf(lines) : [lines]) this.#tag(tag, isOwn)
    if (!isOwn && this.#line === 'raw') this.#line = 'kept'
  }

  #tag(lines: readonly CodeLine[], isOwn: boolean): void {
    const indented = lines.map(({ code, opens, closes }) => {
      if (closes) this.#depth--
      const made = `${'  '.repeat(Math.max(0, this.#depth))}${code}`
      if (opens) this.#depth++
      return made
    })
    const [first = '', ...others] = indented
    const rest = others.map(line => `\n   ${line}`).join('')
    const indent = isOwn ? (/^ */.exec(first)?.[0] ?? '') : ''
    this.source += `${indent}<% ${first.trimStart()}${rest} %>${isOwn ? '\n' : ''}`
  }

  finished(): string {
    if (this.#line === 'raw') this.#keep()
    return this.source
  }

  /** Something that prints nothing, so that the line stays as it is. */
  #keep(): void {
    this.source += "<%= '' %>"
    this.#line = 'kept'
  }
}

/** What belongs into one tag: lines in a row, and whole blocks without output. What opens or closes others has its own. */
function tagsOf(lines: readonly CodeLine[]): CodeLine[][] {
  const tags: CodeLine[][] = []
  let isOpen = false
  for (let at = 0; at < lines.length; ) {
    const end = blockEnd(lines, at)
    const part = lines.slice(at, end)
    const [first] = part
    const isAlone = part.length === 1 && (first?.opens || first?.closes)
    const last = tags.at(-1)
    if (isOpen && last !== undefined && !isAlone) last.push(...part)
    else tags.push([...part])
    isOpen = !isAlone
    at = end
  }
  return tags
}

/** The index behind the block that begins at a line; behind the line itself if it begins none that ends here. */
function blockEnd(lines: readonly CodeLine[], from: number): number {
  let depth = 0
  for (let at = from; at < lines.length; at++) {
    const { opens, closes } = lines[at] ?? { code: '' }
    if (closes) depth--
    if (depth < 0) break
    if (opens) depth++
    if (depth === 0) return at + 1
  }
  return from + 1
}
