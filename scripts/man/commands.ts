import { OPTIONS } from '../../src/cli/db/options.ts'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMAND_GROUPS } from '../../src/cli/table.ts'
import { COMMON_OPTIONS, type Command, type Option } from '../../src/terminal/command.ts'
import { synopsis } from '../../src/terminal/help.ts'
import { PROGRAMS } from '../reference/commands.ts'
import { ended } from '../reference/properties.ts'
import { block, heading, item, paragraph, subheading } from './roff.ts'

/** What a page says beside the title and the sections that all have. */
export interface Page {
  readonly name: string
  readonly summary: string
  readonly parts: readonly string[]
  readonly seeAlso: readonly string[]
}

const COMMANDS = COMMAND_GROUPS.flatMap(({ commands }) => commands)

/** The pages of section 8. */
export function commandPages(): Page[] {
  return [gabaritPage(), databasePage('db'), databasePage('config'), ...COMMANDS.map(commandPage)]
}

function gabaritPage(): Page {
  const lists = COMMAND_GROUPS.flatMap(({ title, commands }) => [
    subheading(title),
    ...commands.map(command => item(`\`${pageName(command)}\`(8)`, sentence(command.summary))),
  ])
  return {
    name: 'gabarit',
    summary: 'configuration engine for small servers',
    parts: [
      heading('SYNOPSIS'),
      ...lines(['`gabarit` COMMAND [OPTIONS] [ARGUMENTS]', '`gabarit help` COMMAND']),
      heading('DESCRIPTION'),
      paragraph(
        'Makes configuration files from settings, which are kept in databases, and from templates. `config`(8) and `db`(8) ' +
          'change the settings; `signal-event`(8) generates the files, lets the daemons check them, replaces all of them or ' +
          'none, and adjusts the services. Every command has a page of its own:',
      ),
      ...lists,
      ...optionSection([]),
      ...exampleSection([
        ['config setprop sshd TCPPort 2222', 'change a setting'],
        ['signal-event --dry-run console-save', 'see what would change'],
        ['signal-event console-save', 'apply it'],
        ['gabarit rollback --dry-run', 'see what going back would change'],
      ]),
    ],
    seeAlso: ['config(8)', 'db(8)', 'gabarit-fragments(5)', 'gabarit-properties(5)'],
  }
}

function databasePage(name: 'db' | 'config'): Page {
  const start = name === 'db' ? 'db DATABASE' : 'config'
  const usages = [`\`${name}\` [OPTIONS] ${name === 'db' ? 'DATABASE ' : ''}VERB [ARGUMENTS]`]
  if (name === 'db') usages.push('`db import --tree` FOLDER')
  const example = name === 'db' ? 'db configuration' : 'config'
  const examples = Object.entries(VERBS).map(
    ([verb, known]) => [`${example} ${verb} ${known.example}`.trimEnd(), known.summary] as const,
  )
  return {
    name,
    summary: name === 'db' ? 'read and change databases' : 'read and change the database configuration',
    parts: [
      heading('SYNOPSIS'),
      ...lines(usages),
      heading('DESCRIPTION'),
      paragraph(
        `${name === 'db' ? '`config`(8) does the same for the database configuration.' : '`config` is `db configuration`: see `db`(8).'} ` +
          'A change is checked against the description of the record (`gabarit-properties`(5)), and stored or refused as a ' +
          'whole. `signal-event`(8) makes it real. The options come before the verb.',
      ),
      subheading('Verbs'),
      ...Object.entries(VERBS).map(([verb, known]) =>
        item(`\`${start} ${verb}\` ${known.arguments}`.trimEnd(), sentence(known.summary)),
      ),
      heading('OPTIONS'),
      ...optionItems(OPTIONS),
      ...exampleSection(examples),
    ],
    seeAlso: ['gabarit(8)', name === 'db' ? 'config(8)' : 'db(8)', 'signal-event(8)', 'gabarit-properties(5)'],
  }
}

function commandPage(command: Command): Page {
  const verbs = command.verbs ?? []
  // One with subcommands may do something by itself, too.
  const called = [...(command.usage?.startsWith('SUBCOMMAND') === true ? [] : [command]), ...verbs]
  const program = pageName(command).replace('-', PROGRAMS.includes(command.name) ? '-' : ' ')
  return {
    name: pageName(command),
    summary: command.summary,
    parts: [
      heading('SYNOPSIS'),
      ...lines(called.map(one => usageOf(one, one === command ? program : `${program} ${one.name}`))),
      heading('DESCRIPTION'),
      paragraph(sentence(command.summary)),
      ...verbs.flatMap(verb => [
        subheading(verb.name),
        paragraph(sentence(verb.summary)),
        ...optionItems(verb.options ?? []),
      ]),
      ...optionSection(command.options ?? []),
      ...exampleSection(called.flatMap(({ examples }) => examples)),
    ],
    seeAlso: ['gabarit(8)', 'config(8)', 'db(8)', 'signal-event(8)'].filter(page => page !== `${pageName(command)}(8)`),
  }
}

function pageName({ name }: Command): string {
  return PROGRAMS.includes(name) ? name : `gabarit-${name}`
}

function usageOf(command: Command, program: string): string {
  return synopsis(command, `\`${program}\``)
}

function lines(usages: readonly string[]): string[] {
  return usages.map(paragraph)
}

function optionSection(options: readonly Option[]): string[] {
  return [heading('OPTIONS'), ...optionItems([...options, ...COMMON_OPTIONS])]
}

function optionItems(options: readonly Option[]): string[] {
  return options.map(({ name, word, describe, alias }) =>
    item(
      [name, ...alias].map(known => `\`--${known}\`${word === undefined ? '' : ` ${word}`}`).join(', '),
      sentence(describe),
    ),
  )
}

function exampleSection(examples: Command['examples']): string[] {
  if (examples.length === 0) return []
  return [
    heading('EXAMPLES'),
    ...examples.flatMap(([command, what]) => [paragraph(sentence(what).replace(/\.$/, ':')), block([command])]),
  ]
}

/** A summary with a capital letter and a full stop. */
function sentence(text: string): string {
  return ended(`${text.charAt(0).toUpperCase()}${text.slice(1)}`)
}
