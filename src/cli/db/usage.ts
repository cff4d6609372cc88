import type { HelpPage } from '../../terminal/help.apart.ts'
import type { Program } from './call.ts'
import { OPTIONS } from './options.ts'
import type { Verb } from './verb.ts'
import { VERBS } from './verbs.ts'

/** The complete help. */
export async function helpText(program: Program): Promise<string> {
  const head =
    program === 'db'
      ? 'usage: db [OPTIONS] DATABASE VERB [ARGUMENTS]\n       db import --tree FOLDER\n\nReads and changes a database.'
      : 'usage: config [OPTIONS] VERB [ARGUMENTS]\n\nReads and changes the configuration database.'
  const page: HelpPage = {
    head,
    commands: Object.entries(VERBS).map(([name, verb]) => [`${name} ${verb.arguments}`.trimEnd(), verb.summary]),
    options: OPTIONS,
    titles: { 'Commands:': 'Verbs:', 'Options:': 'Options (everything after the verb is data):' },
  }
  return `${await (await import('../../terminal/help.apart.ts')).layOut(page)}\n`
}

/** Usage and example of one verb. */
export function verbUsage(program: Program, name: string, verb: Verb): string {
  const usage = `usage: ${program}${program === 'db' ? ' DATABASE' : ''} ${name} ${verb.arguments}`.trimEnd()
  return `${usage}\nexample: ${program}${program === 'db' ? ' configuration' : ''} ${verb.example}`
}
