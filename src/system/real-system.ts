import { accountId } from './accounts.ts'
import { startDetached } from './detach.ts'
import { RealFiles } from './real-files.ts'
import { runCommand } from './run.ts'
import type { RunOptions, RunResult, System } from './system.ts'

/** The real server. */
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
    startDetached(command, env, log)
  }

  #account(kind: 'passwd' | 'group', name: string): number {
    const known = this.#accounts.get(`${kind}:${name}`)
    if (known !== undefined) return known
    const id = accountId(kind, name, this.#root)
    this.#accounts.set(`${kind}:${name}`, id)
    return id
  }
}
