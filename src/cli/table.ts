import { type Command, JSON_OPTION } from '../terminal/command.ts'
import { MODULES } from './modules.ts'
import { CHANGING_COMMANDS } from './table/changing.ts'
import { HISTORY_COMMANDS } from './table/history.ts'
import { READING_COMMANDS } from './table/reading.ts'
import { SETUP_COMMANDS } from './table/setting-up.ts'
import { SITE_COMMANDS } from './table/site.ts'

/** All commands of the engine. `expand-template` and `signal-event` are also separate programs. */
export const COMMANDS: readonly Command[] = [
  ...CHANGING_COMMANDS,
  ...READING_COMMANDS.map(onlyLooking),
  ...HISTORY_COMMANDS,
  ...SITE_COMMANDS,
  ...MODULES.flatMap(({ commands }) => commands),
  ...SETUP_COMMANDS,
]

function onlyLooking(command: Command): Command {
  return { ...command, options: [...(command.options ?? []), JSON_OPTION], onlyLooks: true }
}
