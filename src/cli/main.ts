import { basename } from 'node:path'
import { EXIT, usageFailure } from '../base/failure.ts'
import { registerActions } from '../event/actions.ts'
import type { Io } from '../system/io.ts'
import { versionOf } from '../system/places.ts'
import { splitOptions, withLongHelp } from '../terminal/arguments.ts'
import type { Command } from '../terminal/command.ts'
import { overview } from '../terminal/help.ts'
import { Messages } from '../terminal/messages.ts'
import { allGroups, findCommand, USAGE } from './find-command.ts'
import { MODULES } from './modules.ts'
import { runCommand } from './run-command.ts'
import { COMMANDS } from './table.ts'

/**
 * The program `gabarit`, also called as `expand-template` and `signal-event`. It can be called many times in one process.
 * @param argv the program's name, then the words of the command line
 * @returns the exit status
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  for (const { actions = {} } of MODULES) registerActions(actions)
  const messages = new Messages(io)
  return messages.until(runWords(argv, io, messages))
}

async function runWords(argv: readonly string[], io: Io, messages: Messages): Promise<number> {
  const print = (text: string) => {
    messages.print(text)
    return EXIT.done
  }
  const run = (command: Command, words: readonly string[], program: string) =>
    runCommand(command, words, program, { io, messages, commands: COMMANDS })
  const [script = 'gabarit', ...typed] = argv
  const words = withLongHelp(typed)
  const program = basename(script)
  const own = COMMANDS.find(({ name }) => name === program)
  if (own !== undefined) return run(own, words, program)
  const { before, name, rest } = splitOptions(words, COMMANDS)
  if (before.includes('--version') || name === 'version') return print(versionOf(io.shipped))
  if (name === 'help') return runWords([script, ...before, ...rest, '--help'], io, messages)
  if (name === undefined && before.includes('--help')) return print(overview(await allGroups(words, io)))
  if (name === undefined) throw usageFailure('missing command', USAGE)
  return run(await findCommand(name, words, io), [...before, ...rest], `gabarit ${name}`)
}
