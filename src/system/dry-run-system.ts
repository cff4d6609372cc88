import { OverlayFiles } from './overlay-files.ts'
import { RealSystem } from './real-system.ts'
import type { RunOptions, RunResult, System } from './system.ts'

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

  startDetached(): void {}
}
