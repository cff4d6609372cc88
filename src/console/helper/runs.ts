import { randomBytes } from 'node:crypto'
import { orUndefined } from '../../base/failure.ts'
import { integer, listOf, objectOf, optional, orNull, recordOf, text } from '../../base/shape.ts'
import { livingHolder } from '../../system/lock.ts'
import { below, type Places } from '../../system/places.ts'
import { engineCommand } from '../../system/programs.ts'
import { State } from '../../system/state.ts'
import type { System } from '../../system/system.ts'

/** Runs that are kept. */
const KEPT = 20

/** How often a run is looked at for new lines, in milliseconds. */
const PACE = 100

/** How long the process of a run may take to begin, in milliseconds. */
const START = 30_000

/** The name of a run: when it began, and a random part. */
const NAME = /^\d{13}-[0-9a-f]{16}$/

/** What the process of a run does. */
const job = objectOf({ command: listOf(text), env: recordOf(text), input: optional(text) })

/** The last line of a run. */
const ended = objectOf({ ended: orNull(integer) })

/**
 * Commands that take a while. Each has a process of its own that writes what it prints to a file: so neither the end of the
 * helper nor that of the web server stops it, and a page that is loaded again shows all of it.
 */
export class Runs {
  readonly #places: Places
  readonly #system: System
  readonly #state: State

  constructor(places: Places, system: System) {
    this.#places = places
    this.#system = system
    this.#state = new State(below(places, '/run/gabarit/console'), places.files)
  }

  /** Starts a command. @param words as they were asked for @param input its standard input @returns the name of the run */
  start(
    words: readonly string[],
    command: readonly string[],
    env: Readonly<Record<string, string>>,
    input?: string,
  ): string {
    const run = `${Date.now()}-${randomBytes(8).toString('hex')}`
    this.#forgetOld()
    // Not in the address of its page: web servers refuse a long one.
    this.#state.write(`${run}.words`, JSON.stringify(words))
    this.#state.write(`${run}.job`, JSON.stringify({ command, env, input }))
    const log = this.#state.path(run)
    const attend = engineCommand(this.#places.shipped, 'web', 'attend', '--root', this.#places.root, run)
    this.#system.startDetached(attend, this.#system.env, log)
    return run
  }

  /** The process of a run: carries out its command and writes down how it ended. Its lock tells that it lives. */
  async attend(run: string): Promise<number> {
    const { command, env, input } = job(JSON.parse(this.#state.read(`${run}.job`)?.toString('utf8') ?? ''))
    const lock = this.#places.files.lock(this.#lockOf(run), { what: 'the run', command: 'gabarit web attend', wait: 0 })
    this.#state.remove(`${run}.job`)
    const { status = null } = await this.#system.run(command, {
      env: { ...this.#system.env, ...env },
      cwd: '/',
      timeout: 2 ** 31 - 1,
      ...(input === undefined ? {} : { input }),
      onLine: line => this.#state.append(run, `${line}\n`),
    })
    this.#state.append(run, `${JSON.stringify({ ended: status })}\n`)
    lock.release()
    return 0
  }

  /** The words that a run was asked for with. */
  wordsOf(run: string): readonly string[] {
    return listOf(text)(JSON.parse(this.#state.read(`${run}.words`)?.toString('utf8') ?? '[]'))
  }

  has(run: string): boolean {
    return NAME.test(run) && this.#state.has(run)
  }

  /**
   * The lines of a run since one of them, and those that come, until it ends or the listener goes.
   * @returns its exit status; null if its process was killed
   */
  async follow(run: string, from: number, tell: (at: number, line: string) => void, gone: () => boolean) {
    let next = from
    while (!gone()) {
      const alive = this.#isAlive(run)
      const lines = (this.#state.read(run)?.toString('utf8') ?? '').split('\n').slice(0, -1)
      for (; next < lines.length; next++) {
        const line = lines[next] ?? ''
        const end = orUndefined(() => ended(JSON.parse(line)))
        if (end !== undefined) return end.ended
        tell(next, line)
      }
      if (!alive) return null
      await new Promise(resolve => setTimeout(resolve, PACE))
    }
    return null
  }

  /** Whether a command runs. */
  get busy(): boolean {
    return this.#names().some(run => this.#isAlive(run))
  }

  #isAlive(run: string): boolean {
    const started = Date.now() - this.#state.modified(`${run}.job`) < START
    return started || livingHolder(this.#lockOf(run)) !== undefined
  }

  #lockOf(run: string): string {
    return this.#state.path(`${run}.lock`)
  }

  #names(): string[] {
    return this.#state
      .list()
      .filter(name => NAME.test(name))
      .sort()
  }

  #forgetOld(): void {
    for (const run of this.#names().slice(0, -KEPT))
      if (!this.#isAlive(run))
        for (const name of [run, `${run}.words`, `${run}.job`, `${run}.lock`]) this.#state.remove(name)
  }
}
