import { type Command, JSON_OPTION } from '../terminal/command.ts'
import type { CommandGroup } from '../terminal/help.ts'
import { MODULES } from './modules.ts'
import { CHANGING_COMMANDS } from './table/changing.ts'
import { CONSOLE_COMMAND } from './table/console.ts'
import { HISTORY_COMMANDS } from './table/history.ts'
import { INTERNAL_COMMANDS } from './table/internal.ts'
import { READING_COMMANDS } from './table/reading.ts'
import { SECRETS_COMMAND } from './table/secrets.ts'
import { SETUP_COMMANDS } from './table/setting-up.ts'
import { SITE_COMMANDS } from './table/site.ts'

/** All commands of the engine that people call, by the job they are for. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  { title: 'See what is, and what would be', commands: READING_COMMANDS.map(onlyLooking) },
  { title: 'Make changes real', commands: CHANGING_COMMANDS },
  { title: 'Who did what, and going back', commands: HISTORY_COMMANDS },
  { title: 'Your own fragments, and files edited by hand', commands: SITE_COMMANDS },
  { title: 'Services', commands: MODULES.flatMap(({ commands }) => commands) },
  { title: 'Set up', commands: [...SETUP_COMMANDS, SECRETS_COMMAND, CONSOLE_COMMAND] },
]

/** All commands of the engine. `expand-template` and `signal-event` are also separate programs. */
export const COMMANDS: readonly Command[] = [
  ...COMMAND_GROUPS.flatMap(({ commands }) => commands),
  ...INTERNAL_COMMANDS.map(command => ({ ...command, hidden: true as const })),
]

function onlyLooking(command: Command): Command {
  return { ...command, options: [...(command.options ?? []), JSON_OPTION], onlyLooks: true }
}
