import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from '../support/sandbox.ts'

/** Every document of the project, by its path in the checkout. */
export function listDocuments(): string[] {
  const below = (folder: string) =>
    readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' }).map(name => `${folder}/${name}`)
  const found = ['README.md', 'CHANGELOG.md', ...below('docs'), ...below('templates-custom')]
  return found.filter(name => name.endsWith('.md')).sort()
}

/** The text of a file of the checkout. */
export function textOf(name: string): string {
  return readFileSync(join(PROJECT, name), 'utf8')
}

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
    examples.at(-1)?.steps.push({ ...kindOf(label), text: text === '' ? '' : `${text}\n` })
    index = end
  }
  return examples.filter(({ steps }) => steps.length > 0)
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

/** The commands of the `console` blocks of a document, each with the output below it. A here-document continues on lines with `> `. */
export function readConsole(markdown: string): { command: string; output: string }[] {
  const found: { command: string; output: string }[] = []
  for (const [, block = ''] of markdown.matchAll(/^```console\n(.*?)^```$/gms))
    for (const line of block.trimEnd().split('\n')) {
      const last = found.at(-1)
      if (line.startsWith('$ ')) found.push({ command: line.slice(2), output: '' })
      else if (line.startsWith('> ') && last?.output === '' && last.command.includes('<<'))
        last.command += `\n${line.slice(2)}`
      else if (last !== undefined) last.output += `${line}\n`
    }
  return found
}

/** Everything that a document shows as code: fenced and indented blocks, and spans. */
export function readCode(markdown: string): string[] {
  const blocks: string[] = []
  const keep = (_: string, block: string) => {
    blocks.push(block)
    return ''
  }
  const prose = markdown.replace(/^```\w*\n(.*?)^```$/gms, keep).replace(/((?:^ {4}.*\n)+)/gm, keep)
  return [...blocks, ...[...prose.matchAll(/`([^`\n]+)`/g)].map(match => match[1] ?? '')]
}

/** The anchors of the headings, as a web view of the document makes them. */
export function anchorsOf(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(match => match[1] ?? '')
  return headings.map(text =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

/** The lines that are not code: neither in a fenced nor in an indented block. */
export function proseOf(markdown: string): string[] {
  const text = markdown.replace(/^```\w*\n.*?^```$/gms, '')
  return text.split('\n').filter(line => !line.startsWith('    '))
}
