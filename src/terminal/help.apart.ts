import yargs from 'yargs'
import { COMMON_OPTIONS, type Command } from './command.ts'

/** Help for one command, with its examples. */
export function commandHelp(command: Command, program: string): Promise<string> {
  const help = yargs([])
    .scriptName(program)
    .usage(`${program} [OPTIONS] ${command.usage}\n\n${command.summary}${verbList(command)}`)
    .help(false)
    .version(false)
    .wrap(100)
  for (const { name, type, describe, alias } of [...command.options, ...COMMON_OPTIONS])
    help.option(name, { type, describe, ...(alias === undefined ? {} : { alias: [...alias] }) })
  for (const [line, what] of command.examples) help.example(line, what)
  return help.getHelp()
}

function verbList({ verbs = [] }: Command): string {
  const width = Math.max(...verbs.map(({ name }) => name.length))
  return verbs
    .map(({ name, summary }, index) => `${index === 0 ? '\n' : ''}\n  ${name.padEnd(width)}  ${summary}`)
    .join('')
}

/** Help for `gabarit`: the table of its commands. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  const rows = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`)
  return [
    'gabarit COMMAND [OPTIONS] [ARGUMENTS]',
    '',
    'Generates configuration files from key/value databases and template fragments.',
    '',
    ...rows,
    '',
    'For details, run gabarit help COMMAND. Use `db` and `config` to change the databases.',
    'Example: config setprop letsencrypt status test && signal-event --dry-run console-save',
  ].join('\n')
}
