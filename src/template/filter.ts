import { MARKS } from './generate.ts'

/**
 * A text of which each line went through a function, as FILTER of SME Server does it: a line has its newline, what it becomes takes
 * its place, and empty lines are dropped in any case.
 * @param text may have marks: they go to what a line becomes, or to the next one
 * @param change what the lines become, one text for each
 */
export function filterLines(text: string, change: (lines: readonly string[]) => readonly string[]): string {
  const lines = text
    .split('\n')
    .map(line => ({ marks: (line.match(MARKS) ?? []).join(''), text: line.replace(MARKS, '') }))
  const full = lines.filter(line => line.text !== '')
  const made = change(full.map(line => `${line.text}\n`))
  const byLine = new Map(full.map((line, index) => [line, made[index] ?? '']))
  let waiting = ''
  return lines
    .map(line => {
      waiting += line.marks
      const becomes = byLine.get(line) ?? ''
      if (becomes === '') return ''
      const marked = waiting + becomes
      waiting = ''
      return marked
    })
    .join('')
}
