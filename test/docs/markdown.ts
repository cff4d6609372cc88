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
