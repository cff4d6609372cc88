import type { TemplateFiles } from './tree.ts'

/** How a format writes comments: what stands before and behind each line, and around the whole. */
interface Style {
  readonly open?: string
  readonly line: string
  readonly close?: string
}

/** Comment styles by the word that `comment` in template.json may have; `none` prints no banner. */
export const BANNER_STYLES: Readonly<Record<string, Style | undefined>> = {
  '#': { line: '# ' },
  '//': { line: '// ' },
  ';': { line: '; ' },
  '--': { line: '-- ' },
  '"': { line: '" ' },
  c: { open: '/*', line: ' * ', close: ' */' },
  xml: { open: '<!--', line: '  ', close: '-->' },
  php: { open: '<?php /*', line: ' * ', close: ' */ ?>' },
  none: undefined,
}

/** The notice at the head of an output: what made it, and how to change it for good. */
export function banner(files: TemplateFiles, style: Style | undefined): string {
  if (style === undefined) return ''
  const names = files.fragments.map(({ name, custom }) => (custom ? `${name} (custom)` : name))
  const lines = [
    '-'.repeat(72),
    'Made by gabarit: what you change here by hand is lost at the next event.',
    `Template /${files.name}, fragments:`,
    ...wrap(names, 68).map(line => `    ${line}`),
    'To change one for good:',
    `    ${howToChange(files)}`,
    '-'.repeat(72),
  ]
  const body = lines.map(line => `${style.line}${line.replaceAll('--', style.open === '<!--' ? '==' : '--')}`.trimEnd())
  const around = (mark: string | undefined) => (mark === undefined ? [] : [mark])
  return `${[...around(style.open), ...body, ...around(style.close)].join('\n')}\n`
}

/** `gabarit customize` copies shipped fragments; where there are none left, the site's own is to be edited. */
function howToChange({ name, fragments }: TemplateFiles): string {
  const shipped = fragments.find(({ custom }) => !custom)
  if (shipped !== undefined) return `gabarit customize /${name} ${shipped.name}`
  const [own] = fragments
  const alone = own === undefined || own.file.endsWith(`templates-custom/${name}`)
  return `edit templates-custom/${name}${alone ? '' : `/${own.name}`}`
}

function wrap(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
