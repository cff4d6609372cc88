import { EXIT, orUndefined } from '../../../base/failure.ts'
import { CONFIRMATION, type Confirmation } from '../../../state/confirmation.ts'
import { livingHolder } from '../../../system/lock.ts'
import type { Places } from '../../../system/places.ts'
import { engineCommand } from '../../../system/programs.ts'
import type { RunResult, System } from '../../../system/system.ts'
import { fleetState } from '../member.ts'

/** The longest that taking a release may take, in milliseconds. */
const LONGEST = 3_600_000
/** The longest reason that is reported. */
const LONGEST_REASON = 1000

/** What a command printed, and how it ended; undefined: it was killed. */
export interface Taken {
  readonly status: number | undefined
  readonly output: string
}

/** Its output goes to a file and its end to another, so that it does not depend on the agent, which may be restarted by it. */
const SCRIPT = 'log=$1 status=$2; shift 2; "$@" > "$log" 2>&1; ended=$?; echo $ended > "$status"; exit $ended'

/** What a shell says of a process that was killed: this, and more. */
const KILLED = 128

const [LOG, STATUS] = ['take.log', 'take.status']
/** Held by a process that takes a release. */
export const TAKE_LOCK = 'take.lock'

/** Runs the commands that change this host, each as a process of its own. */
export class Taking {
  readonly #places: Places
  readonly #system: System

  constructor(places: Places, system: System) {
    this.#places = places
    this.#system = system
  }

  /** The change of a release that waits for its proof; undefined if there is none. */
  waiting(): Confirmation | undefined {
    const open = orUndefined(() => CONFIRMATION.read(this.#places))
    return open !== undefined && isOurs(open) ? open : undefined
  }

  /** Whether a process takes a release. */
  isRunning(): boolean {
    return livingHolder(fleetState(this.#places).path(TAKE_LOCK)) !== undefined
  }

  /** Takes what is ordered. */
  async take(): Promise<Taken> {
    const state = fleetState(this.#places)
    state.remove(STATUS)
    const command = ['sh', '-c', SCRIPT, 'sh', state.path(LOG), state.path(STATUS), ...this.#command('fleet', 'take')]
    const { status } = await this.#run(command)
    const taken = this.taken()
    // On a full disk, neither file has anything in it.
    return taken.status === undefined && status === EXIT.refused ? { ...taken, status } : taken
  }

  /** How the last one ended, also after a restart of the agent. */
  taken(): Taken {
    const state = fleetState(this.#places)
    const [status, output] = [STATUS, LOG].map(name => state.read(name)?.toString('utf8').trim() ?? '')
    const ended = /^\d+$/.test(status ?? '') ? Number(status) : KILLED
    return { status: ended < KILLED ? ended : undefined, output: output ?? '' }
  }

  /** Keeps the change that waits. @returns whether that was possible */
  async keep(): Promise<boolean> {
    return (await this.#run(this.#command('confirm'))).status === EXIT.done
  }

  /** Takes the change that waits back at once. */
  async cancel(): Promise<void> {
    await this.#run(this.#command('confirm', 'cancel'))
  }

  #command(...words: string[]): string[] {
    return engineCommand(this.#places.shipped, ...words, '--root', this.#places.root)
  }

  #run(command: readonly string[]): Promise<RunResult> {
    return this.#system.run(command, { cwd: '/', timeout: LONGEST })
  }
}

function isOurs({ command, args }: Confirmation): boolean {
  return command === 'fleet' && args[0] === 'take'
}

/** What a command said last: why it did not do its work. */
export function reasonOf({ output, status }: Taken): string {
  if (status === undefined) return 'the process that took it was killed'
  return output.slice(-LONGEST_REASON) || `exit status ${status}, without a word: is the disk full?`
}
