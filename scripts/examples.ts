/** One block of an example: a file to write, or what must come out. */
interface Step {
  readonly kind: 'database' | 'template' | 'result' | 'link' | 'error'
  /** Path of the file; empty for an error. */
  readonly path: string
  readonly text: string
}

/** The blocks below one heading of a document, in their order: each heading is a server of its own. */
export interface Example {
  readonly heading: string
  readonly steps: readonly Step[]
}

const HEADING = /^#+ (.*)$/
/** `templates/etc/motd/10a`: | Result `/etc/motd`: | Link `/etc/x`: | Error: */
const LABEL = /^(?:(Result|Link) )?`(\S+)`:$|^(Error):$/

/** Finds the labelled code blocks of a document; headings without any are left out. */
export function readExamples(markdown: string): Example[] {
  const examples: { heading: string; steps: Step[] }[] = []
  const lines = markdown.split('\n')
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const heading = HEADING.exec(line)?.[1]
    if (heading !== undefined) examples.push({ heading, steps: [] })
    const label = LABEL.exec(line)
    const fenced = lines[index + 1] === '' && lines[index + 2]?.startsWith('```')
    if (label === null || !fenced) {
      if (line.startsWith('```')) index = fenceEnd(lines, index)
      continue
    }
    const end = fenceEnd(lines, index + 2)
    const text = lines.slice(index + 3, end).join('\n')
    const { kind, path } = kindOf(label)
    for (const one of expandBraces(path)) examples.at(-1)?.steps.push({ kind, path: one, text: text && `${text}\n` })
    index = end
  }
  return examples.filter(({ steps }) => steps.length > 0)
}

/** As bash does: `a/{b,c}/d` is `a/b/d` and `a/c/d`. */
function expandBraces(path: string): string[] {
  const [, before = '', words = '', after = ''] = /^(.*)\{(.*,.*)\}(.*)$/.exec(path) ?? []
  return words === '' ? [path] : words.split(',').map(word => before + word + after)
}

function fenceEnd(lines: readonly string[], start: number): number {
  const end = lines.indexOf('```', start + 1)
  if (end === -1) throw new Error(`the code block of line ${start + 1} is not closed`)
  return end
}

function kindOf([, output, path = '', error]: RegExpExecArray): Pick<Step, 'kind' | 'path'> {
  if (error !== undefined) return { kind: 'error', path: '' }
  if (output !== undefined) return { kind: output === 'Link' ? 'link' : 'result', path }
  return { kind: path.startsWith('db/') ? 'database' : 'template', path }
}
