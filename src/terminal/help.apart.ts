import yargs from 'yargs'
import { COMMON_OPTIONS, type Command, type Option } from './command.ts'

type Rows = readonly (readonly [line: string, what: string])[]

/** A page of help. */
export interface HelpPage {
  /** How the program is called, and what it does. */
  readonly head: string
  /** Its commands or verbs. */
  readonly commands?: Rows
  readonly options: readonly Option[]
  readonly examples?: Rows
  readonly foot?: string
  /** Other titles of the lists: `Commands:`, `Options:`. */
  readonly titles?: Readonly<Record<string, string>>
}

/** Lays a page out in columns. */
export function layOut({ head, commands = [], options, examples = [], foot, titles = {} }: HelpPage): Promise<string> {
  const help = yargs([]).scriptName('').usage(head).help(false).version(false).updateStrings(titles)
  // A list of commands is looked through: each has its line.
  help.wrap(commands.length > 0 ? 120 : 100)
  for (const [line, what] of commands) help.command(line, what)
  for (const { name, type, describe, alias = [] } of options) help.option(name, { type, describe, alias: [...alias] })
  for (const [line, what] of examples) help.example(line, what)
  if (foot !== undefined) help.epilogue(foot)
  return help.getHelp()
}

/** Help of one command, with its verbs and examples. */
export function commandHelp(
  { usage, summary, verbs = [], options, examples }: Command,
  program: string,
): Promise<string> {
  return layOut({
    head: `${program} [OPTIONS] ${usage}\n\n${summary}`,
    commands: rowsOf(verbs),
    options: [...options, ...COMMON_OPTIONS],
    examples,
    titles: { 'Commands:': 'Verbs:' },
  })
}

/** Help of `gabarit`. */
export function overview(commands: readonly Command[]): Promise<string> {
  const about = 'Generates configuration files from key/value databases and template fragments.'
  return layOut({
    head: `gabarit COMMAND [OPTIONS] [ARGUMENTS]\n\n${about}`,
    commands: rowsOf(commands),
    options: COMMON_OPTIONS,
    foot: [
      'For details, run gabarit help COMMAND. Use `db` and `config` to change the databases.',
      'Example: config setprop letsencrypt status test && signal-event --dry-run console-save',
    ].join('\n'),
  })
}

function rowsOf(commands: readonly Command[]): Rows {
  return commands.map(({ name, summary }) => [name, summary])
}
