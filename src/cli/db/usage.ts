import type { Program } from './context.ts'
import { OPTIONS } from './options.ts'
import type { Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

/** The complete help. */
export function helpText(program: Program): string {
  const width = Math.max(...Object.entries(VERBS).map(([name, verb]) => `${name} ${verb.arguments}`.length))
  const verbs = Object.entries(VERBS).map(
    ([name, verb]) => `  ${`${name} ${verb.arguments}`.padEnd(width)}  ${verb.summary}`,
  )
  const about =
    program === 'db'
      ? [
          'Reads and changes a database.',
          'usage: db [OPTIONS] DATABASE VERB [ARGUMENTS]',
          '       db import --tree FOLDER',
        ]
      : ['Reads and changes the configuration database.', 'usage: config [OPTIONS] VERB [ARGUMENTS]']
  const options = OPTIONS.map(([name, text]) => `  ${name.padEnd(10)}  ${text}`)
  return [...about, '', 'Verbs:', ...verbs, '', 'Options (everything after the verb is data):', ...options, ''].join(
    '\n',
  )
}

/** Usage and example of one verb. */
export function verbUsage(program: Program, name: string, verb: Verb): string {
  const usage = `usage: ${program}${program === 'db' ? ' DATABASE' : ''} ${name} ${verb.arguments}`.trimEnd()
  return `${usage}\nexample: ${program}${program === 'db' ? ' configuration' : ''} ${verb.example}`
}
