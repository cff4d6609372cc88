import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const TOP = '/sys/fs/cgroup/cpuacct'

/** The processor time of a group of processes and all that they start: what else the machine does is not in it. */
export class ProcessorTime {
  readonly #folder: string

  /** @param within a group that this one counts for, too */
  constructor(name: string, within?: ProcessorTime) {
    this.#folder = join(within === undefined ? TOP : within.#folder, name)
    mkdirSync(this.#folder, { recursive: true })
  }

  /** Whatever this process starts from now on counts here, as it does itself. */
  enter(): void {
    writeFileSync(join(this.#folder, 'cgroup.procs'), String(process.pid))
  }

  get seconds(): number {
    return Number(readFileSync(join(this.#folder, 'cpuacct.usage'), 'utf8')) / 1e9
  }

  /** When nothing of it runs any more. */
  remove(): void {
    rmdirSync(this.#folder)
  }
}
