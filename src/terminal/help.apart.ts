import yargs from 'yargs'
import { COMMON_OPTIONS, type Command, type Option } from './command.ts'

type Rows = readonly (readonly [line: string, what: string])[]

interface HelpPage {
  /** The usage of the program, and what it does. */
  readonly head: string
  readonly commands?: Rows
  readonly options: readonly Option[]
  readonly examples?: Rows
  readonly foot?: string
  /** Other titles of the lists: `Commands:`, `Options:`. */
  readonly titles?: Readonly<Record<string, string>>
}

/** Formats a page in columns. */
export function layOut({ head, commands = [], options, examples = [], foot, titles = {} }: HelpPage): Promise<string> {
  const help = yargs([]).scriptName('').usage(head).help(false).version(false).updateStrings(titles)
  // A list of commands is for scanning, so each has one line.
  help.wrap(commands.length > 0 ? 120 : 100)
  for (const [line, what] of commands) help.command(line, what)
  for (const { name, type, describe, alias } of options) help.option(name, { type, describe, alias: [...alias] })
  for (const [line, what] of examples) help.example(line, what)
  if (foot !== undefined) help.epilogue(foot)
  return help.getHelp()
}

/** Help for one command, with its subcommands and examples. */
export function commandHelp(
  { usage = '', summary, verbs = [], options = [], examples }: Command,
  program: string,
): Promise<string> {
  return layOut({
    head: `${program} [OPTIONS] ${usage}\n\n${summary}`,
    commands: rowsOf(verbs),
    options: [...options, ...COMMON_OPTIONS],
    examples,
    titles: { 'Commands:': 'Subcommands:' },
  })
}

/** Help for `gabarit`. */
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
