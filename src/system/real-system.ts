import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { cached } from '../base/cached.ts'
import { refusal } from '../base/failure.ts'
import { accountId } from './accounts.ts'
import { OverlayFiles } from './overlay-files.ts'
import { pipeInto } from './pipe-into.ts'
import { RealFiles } from './real-files.ts'
import { runCommand } from './run.ts'
import type { PipeOptions, RunOptions, RunResult, System } from './system.ts'

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

  pipeInto(command: readonly string[], options: PipeOptions): Promise<RunResult> {
    return pipeInto(command, { env: this.env, ...options })
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

/** Reads the server but changes nothing: files are written in memory, and only commands that look are run. */
export class DryRunSystem extends OverlayFiles implements System {
  readonly dryRun = true
  readonly env: NodeJS.ProcessEnv
  readonly #real: RealSystem

  constructor(root: string, env: NodeJS.ProcessEnv = process.env) {
    const real = new RealSystem(root, env)
    super(real)
    this.#real = real
    this.env = env
  }

  userId(name: string): number {
    return this.#real.userId(name)
  }

  groupId(name: string): number {
    return this.#real.groupId(name)
  }

  run(_command: readonly string[], _options: RunOptions): Promise<RunResult> {
    return Promise.resolve({ status: 0, output: '', stdout: '', problem: undefined, missing: false })
  }

  ask(command: readonly string[], options: RunOptions): Promise<RunResult> {
    return this.#real.ask(command, options)
  }

  pipeInto(command: readonly string[], options: PipeOptions): Promise<RunResult> {
    return this.#real.pipeInto(command, options)
  }

  startDetached(): void {}
}
