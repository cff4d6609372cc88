import { BACKUP } from '../modules/backup/module.ts'
import { withLongHelp } from '../terminal/arguments.ts'
import { Messages } from '../terminal/messages.ts'
import { runProgram } from './program.ts'
import { runCommand } from './run-command.ts'

/** `gabarit backup` without the other commands, whose loading would take as long as the backup (packaging/executable.mjs). */
runProgram(__filename, io => {
  const messages = new Messages(io)
  const means = { io, messages, commands: [BACKUP] }
  return messages.until(runCommand(BACKUP, withLongHelp(process.argv.slice(3)), 'gabarit backup', means))
})
