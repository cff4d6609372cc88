import { dirname } from 'node:path'
import { orUndefined, refusal } from '../../base/failure.ts'
import { below, type Places } from '../../system/places.ts'
import type { RunResult, System } from '../../system/system.ts'
import type { Job } from './jobs.ts'
import { backupState } from './state.ts'

/** A first backup of a terabyte takes its time. */
const PATIENCE = 7 * 24 * 3600 * 1000

/** What restic tells while it works, and at the end: https://restic.readthedocs.io/en/v0.14.0/075_scripting.html */
export interface Told {
  readonly message_type?: string
  readonly percent_done?: number
  readonly total_files?: number
  readonly total_files_processed?: number
  readonly files_new?: number
  readonly files_changed?: number
  readonly data_added?: number
  readonly snapshot_id?: string
  readonly path?: string
}

/** Debian's restic with the repository of one job. The password reaches it by its environment, never by its command line. */
export class Restic {
  readonly #job: Job
  readonly #places: Places
  readonly #system: System

  constructor(job: Job, places: Places, system: System) {
    this.#job = job
    this.#places = places
    this.#system = system
  }

  /** The mark of the job in the repository, which may have several. */
  get tag(): string {
    return `gabarit-${this.#job.name}`
  }

  /**
   * Runs it. Never waits for a question.
   * @throws Failure (refused) if it is not installed
   */
  async run(args: readonly string[], onTold?: (told: Told) => void): Promise<RunResult> {
    const { repository, password } = this.#job
    const env = {
      ...this.#system.env,
      ...password,
      RESTIC_REPOSITORY: repository.startsWith('/') ? below(this.#places, repository) : repository,
      RESTIC_CACHE_DIR: backupState(this.#places).path('restic-cache'),
      RESTIC_PROGRESS_FPS: '1',
    }
    const onLine = (line: string) => {
      const told = line.startsWith('{') ? orUndefined((): Told => JSON.parse(line)) : undefined
      if (told !== undefined) onTold?.(told)
    }
    const done = await this.#system.ask(['restic', ...args], { env, timeout: PATIENCE, onLine })
    if (done.missing) throw refusal('restic is not installed', { hint: 'apt-get install restic' })
    return done
  }

  /** As {@link run}. @throws Failure (refused) with its words if it fails */
  async must(args: readonly string[], onTold?: (told: Told) => void): Promise<RunResult> {
    const done = await this.run(args, onTold)
    if (done.status !== 0) throw this.#failed(args[0] ?? '', done)
    return done
  }

  #failed(verb: string, done: RunResult) {
    return refusal(`restic ${verb} of ${this.#job.name} failed: ${wordsOf(done)}`, { where: this.#job.repository })
  }

  /**
   * Makes the repository, unless it is there.
   * @param isKnown whether it was used before: then it must be there, and a disk that is not mounted looks like a new one
   */
  async makeReady(isKnown: boolean): Promise<void> {
    const { repository } = this.#job
    const parent = below(this.#places, dirname(repository))
    if (repository.startsWith('/') && this.#system.state(parent)?.kind !== 'folder')
      throw refusal(`the folder of the repository is not there: ${dirname(repository)}`, {
        hint: 'Is its disk mounted?',
      })
    const looked = await this.run(['cat', 'config'])
    if (looked.status === 0) return void (await this.must(['unlock']))
    if (!/unable to open config file|Is there a repository at/i.test(looked.output))
      throw this.#failed('cat config', looked)
    if (isKnown)
      throw refusal('the repository is gone, though it was used before', {
        where: repository,
        hint: 'Is its disk mounted? For a new one, remove the note of the old one: gabarit backup --data --new-repository',
      })
    await this.must(['init'])
  }
}

/** What restic said, without the lines of its progress. */
export function wordsOf({ output, problem }: RunResult): string {
  const lines = output.split('\n').filter(line => line.trim() !== '' && !line.startsWith('{'))
  return [problem, ...lines.slice(-5)].flatMap(line => line ?? []).join('\n')
}
