import type { Command } from '../terminal/command.ts'
import { MODULES } from './modules.ts'
import { CHANGING } from './table/changing.ts'
import { OWN_FILES } from './table/own-files.ts'
import { PAST } from './table/past.ts'
import { SEEING } from './table/seeing.ts'
import { SETTING_UP } from './table/setting-up.ts'

/** All commands of the engine. `expand-template` and `signal-event` are also separate programs. */
export const COMMANDS: readonly Command[] = [
  ...CHANGING,
  ...SEEING.map(onlyLooking),
  ...PAST,
  ...OWN_FILES,
  ...MODULES.flatMap(({ commands }) => commands),
  ...SETTING_UP,
]

function onlyLooking(command: Command): Command {
  return { ...command, onlyLooks: true }
}
