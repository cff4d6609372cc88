import { OPTIONS } from '../../src/cli/db/options.ts'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMAND_GROUPS, COMMANDS } from '../../src/cli/table.ts'
import { COMMON_OPTIONS, type Command, type Option } from '../../src/terminal/command.ts'
import { block, code, columns, examples, NOTICE, prose, wrap } from './markdown.ts'

/** Programs of their own; every other command begins with `gabarit`. */
export const PROGRAMS = ['expand-template', 'signal-event']

/** The page of all commands: docs/reference/commands.md. */
export function commandsPage(): string {
  const parts = [
    '# Commands',
    NOTICE,
    wrap(
      'Every command with its options. `gabarit COMMAND --help` prints the same. Two programs read and change the databases: ' +
        '[`db` and `config`](#db-and-config). The others belong to the engine. ' +
        'What the exit statuses mean: [exit status](exit-status.md).',
    ),
    contents(),
    `Options of every command:\n\n${optionList(COMMON_OPTIONS)}`,
    ...databases(),
    ...COMMANDS.flatMap(command => section(command, nameOf(command), '##')),
  ]
  return `${parts.join('\n\n')}\n`
}

function contents(): string {
  const line = (name: string, summary: string, anchor = name.replaceAll(' ', '-')) =>
    wrap(`- [${code(name)}](#${anchor}): ${prose(summary)}`, '  ')
  const own = line('db', 'read and change databases; `config` does so for the database configuration', 'db-and-config')
  const lists = [
    ...COMMAND_GROUPS,
    { title: 'Called by gabarit itself', commands: COMMANDS.filter(({ hidden }) => hidden) },
  ].map(({ title, commands }) => {
    const lines = commands.map(command => line(nameOf(command), command.summary))
    return `${title}:\n\n${lines.join('\n')}`
  })
  return [`Change the settings:\n\n${own}`, ...lists].join('\n\n')
}

function nameOf({ name }: Command): string {
  return PROGRAMS.includes(name) ? name : `gabarit ${name}`
}

function section(command: Command, name: string, heading: string): string[] {
  const { summary, usage = '', options = [], verbs = [] } = command
  const lines = [`${heading} ${name}`, sentence(summary)]
  lines.push(block([`${name} ${options.length > 0 ? '[OPTIONS] ' : ''}${usage}`.trimEnd()]))
  if (options.length > 0) lines.push(optionList(options))
  if (command.examples.length > 0) lines.push(examples(command.examples))
  return [...lines, ...verbs.flatMap(verb => section(verb, `${name} ${verb.name}`, `${heading}#`))]
}

function optionList(options: readonly Option[]): string {
  return options
    .map(({ name, word, describe, alias = [] }) => {
      const names = [name, ...alias].map(known => code(word === undefined ? `--${known}` : `--${known} ${word}`))
      return wrap(`- ${names.join(', ')}: ${prose(describe)}`, '  ')
    })
    .join('\n')
}

/** `db` and `config`. */
function databases(): string[] {
  const verbs = Object.entries(VERBS).map(
    ([name, verb]) => [`${name} ${verb.arguments}`.trimEnd(), verb.summary] as const,
  )
  return [
    '## db and config',
    'How they behave in detail: [databases](databases.md).',
    block(
      columns([
        ['db [OPTIONS] DATABASE VERB [ARGUMENTS]', ''],
        ['db import --tree FOLDER', ''],
        ['config [OPTIONS] VERB [ARGUMENTS]', 'the same for the database configuration'],
      ]),
    ),
    optionList(OPTIONS),
    block(columns(verbs)),
  ]
}

function sentence(text: string): string {
  return wrap(prose(`${text.charAt(0).toUpperCase()}${text.slice(1)}.`))
}
