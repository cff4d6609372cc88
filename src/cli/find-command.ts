import { usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Io } from '../system/io.ts'
import { findPlaces } from '../system/places.ts'
import { parseArguments } from '../terminal/arguments.ts'
import type { Command } from '../terminal/command.ts'
import type { CommandGroup } from '../terminal/help.ts'
import { COMMAND_GROUPS, COMMANDS } from './table.ts'

/** The usage of `gabarit` itself. */
export const USAGE = 'Usage: gabarit COMMAND [OPTIONS] [ARGUMENTS]\nAll commands: gabarit --help'

/** A command by its name. @throws Failure (usage) */
export async function findCommand(name: string, words: readonly string[], io: Io): Promise<Command> {
  const own = COMMANDS.find(known => known.name === name)
  if (own !== undefined) return own
  const commands = (await allGroups(words, io)).flatMap(group => group.commands)
  const command = commands.find(known => known.name === name)
  if (command !== undefined) return command
  if (name === 'db' || name === 'config')
    throw usageFailure(`${name} is a program of its own`, `Without gabarit in front: ${name} --help`)
  throw usageFailure(
    `unknown command "${name}"${didYouMean(name, ['help', ...commands.map(known => known.name)])}`,
    USAGE,
  )
}

/** With the commands of installed modules, which depend on the root. */
export async function allGroups(words: readonly string[], io: Io): Promise<readonly CommandGroup[]> {
  const { root } = parseArguments(words, { passesOptions: true }).values
  const places = findPlaces(io.shipped, io.env, typeof root === 'string' ? root : undefined, io.resolve)
  if (places.modules.length === 0) return COMMAND_GROUPS
  const commands = (await import('./installed/module.ts')).installedCommands(places, COMMANDS)
  return [...COMMAND_GROUPS, { title: 'Modules of this server', commands }]
}
