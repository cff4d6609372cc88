import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { cached } from '../base/cached.ts'
import { refusal } from '../base/failure.ts'
import { accountId } from './accounts.ts'
import { RealFiles } from './real-files.ts'
import { runCommand } from './run.ts'
import type { RunOptions, RunResult, System } from './system.ts'

export class RealSystem extends RealFiles implements System {
  readonly dryRun = false
  readonly env: NodeJS.ProcessEnv
  readonly #root: string
  readonly #accounts = new Map<string, number>()

  /** @param root the folder used as `/`; its account files define the owners */
  constructor(root: string, env: NodeJS.ProcessEnv = process.env) {
    super()
    this.#root = root
    this.env = env
  }

  userId(name: string): number {
    return this.#account('passwd', name)
  }

  groupId(name: string): number {
    return this.#account('group', name)
  }

  run(command: readonly string[], options: RunOptions): Promise<RunResult> {
    return runCommand(command, { env: this.env, ...options })
  }

  ask(command: readonly string[], options: RunOptions): Promise<RunResult> {
    return this.run(command, options)
  }

  startDetached(command: readonly string[], env: NodeJS.ProcessEnv, log: string): void {
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

  #account(kind: 'passwd' | 'group', name: string): number {
    return cached(this.#accounts, `${kind}:${name}`, () => accountId(kind, name, this.#root))
  }
}
