import { COMMON_OPTIONS, type Command, type Option, shown } from './command.ts'

type Row = readonly [line: string, what: string]

/** Rows below a title: commands of one kind, options, examples. */
export interface HelpList {
  readonly title: string
  readonly rows: readonly Row[]
}

/** Commands for one kind of job. */
export interface CommandGroup {
  readonly title: string
  readonly commands: readonly Command[]
}

/** Width of a page on a wide terminal, and of the widest first column. What is beside a wider one comes below it. */
const WIDTH = 110
const WIDEST = 56

/** A page of help: what comes first, then lists in columns, those that are not empty. */
export function layOut(head: string, lists: readonly HelpList[], foot?: string): string {
  const parts = lists.filter(({ rows }) => rows.length > 0).map(({ title, rows }) => `${title}:\n${table(rows)}`)
  return [head, ...parts, ...(foot === undefined ? [] : [foot])].join('\n\n')
}

/** Help for one command, with its subcommands and examples. */
export function commandHelp(command: Command, program: string): string {
  const { summary, verbs = [], options = [], examples } = command
  return layOut(`Usage: ${synopsis(command, program)}\n\n${summary}`, [
    { title: 'Subcommands', rows: rowsOf(verbs) },
    optionList([...options, ...COMMON_OPTIONS]),
    { title: 'Examples', rows: examples },
  ])
}

/** A command with its arguments: `gabarit explain [OPTIONS] FILE[:LINE]`. */
export function synopsis({ usage = '' }: Command, program: string): string {
  return `${program} [OPTIONS] ${usage}`.trimEnd()
}

/** Help for `gabarit`. */
export function overview(groups: readonly CommandGroup[]): string {
  const about = 'Makes configuration files from settings (databases) and templates.'
  return layOut(
    `Usage: gabarit COMMAND [OPTIONS] [ARGUMENTS]\n\n${about}`,
    [
      ...groups.map(({ title, commands }) => ({ title, rows: rowsOf(commands) })),
      optionList(COMMON_OPTIONS, 'Options of every command'),
    ],
    [
      'For details: gabarit help COMMAND. The programs db and config read and change the settings: db --help.',
      'Example: config setprop letsencrypt status test && signal-event --dry-run console-save',
    ].join('\n'),
  )
}

export function optionList(options: readonly Option[], title = 'Options'): HelpList {
  const rows = options.map(({ name, word, describe, alias }): Row => {
    const names = [name, ...alias].map(word => `--${word}`).join(', ')
    return [word === undefined ? names : `${names} ${word}`, describe]
  })
  return { title, rows }
}

function rowsOf(commands: readonly Command[]): Row[] {
  return shown(commands).map(({ name, summary }) => [name, summary])
}

function table(rows: readonly Row[]): string {
  const page = Math.min(WIDTH, process.stdout.columns || WIDTH)
  const widest = Math.min(WIDEST, Math.floor(page / 2))
  const width = Math.max(...rows.map(([left]) => (left.length > widest ? 0 : left.length)))
  const indent = ' '.repeat(width + 4)
  return rows
    .map(([left, right]) => {
      const beside = wrap(right, page - indent.length).join(`\n${indent}`)
      return left.length > width ? `  ${left}\n${indent}${beside}` : `  ${left.padEnd(width)}  ${beside}`
    })
    .join('\n')
}

function wrap(text: string, width: number): string[] {
  const lines = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line === '') lines[lines.length - 1] = word
    else if (line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}
