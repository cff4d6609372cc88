import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { refusal } from '../base/failure.ts'

/**
 * Starts a program in a session of its own, without terminal: it outlives the shell, the connection and the process that
 * starts it.
 * @param log its output is added to this file
 * @throws Failure (refused) when it cannot be started
 */
export function startDetached(command: readonly string[], env: NodeJS.ProcessEnv, log: string): void {
  const [program = '', ...args] = command
  const output = openSync(log, 'a', 0o600)
  try {
    const child = spawn(program, args, { env, cwd: '/', stdio: ['ignore', output, output], detached: true })
    // Told twice: at once by the missing number, and later by this event, which nobody may leave unheard.
    child.on('error', () => undefined)
    if (child.pid === undefined) throw refusal(`could not be started: ${program}`, { hint: 'Nothing was changed.' })
    child.unref()
  } finally {
    closeSync(output)
  }
}
