import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { refusal } from '../base/failure.ts'

/**
 * Starts a program in its own session, without a terminal, so that it outlives the shell, the connection and this process.
 * @param log its output is appended to this file
 * @throws Failure (refused) if it cannot be started
 */
export function startDetached(command: readonly string[], env: NodeJS.ProcessEnv, log: string): void {
  const [program = '', ...args] = command
  const output = openSync(log, 'a', 0o600)
  try {
    const child = spawn(program, args, { env, cwd: '/', stdio: ['ignore', output, output], detached: true })
    // Reported twice: at once by the missing process id, and later by this event, which must have a listener.
    child.on('error', () => undefined)
    if (child.pid === undefined) throw refusal(`could not be started: ${program}`, { hint: 'Nothing was changed.' })
    child.unref()
  } finally {
    closeSync(output)
  }
}
