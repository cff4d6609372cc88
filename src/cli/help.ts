import yargs from 'yargs'
import { type Command, COMMON_OPTIONS } from './command.ts'
import { COMMANDS } from './table.ts'

/** Help of one command, with its examples. */
export function commandHelp(command: Command, program: string): Promise<string> {
  const help = yargs([])
    .scriptName(program)
    .usage(`${program} [OPTIONS] ${command.usage}\n\n${command.summary}`)
    .help(false)
    .version(false)
    .wrap(100)
  for (const { name, type, describe, alias } of [...command.options, ...COMMON_OPTIONS])
    help.option(name, { type, describe, ...(alias === undefined ? {} : { alias: [...alias] }) })
  for (const [line, what] of command.examples) help.example(line, what)
  return help.getHelp()
}

/** Help of `gabarit`: the table of its commands. */
export function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length))
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'gabarit COMMAND [OPTIONS] [ARGUMENTS]',
    '',
    'Key/value databases feed template fragments; events make the real configuration files of them.',
    '',
    ...rows,
    '',
    'gabarit COMMAND --help tells more. The databases are changed with `db` and `config`.',
    'Example: config setprop letsencrypt status test && signal-event --dry-run console-save',
  ].join('\n')
}
