import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a command ended, as `spawnSync` says it. */
export interface Ending {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

/** Everything that a command sees of the process it runs in; nothing is left of it for the next one. */
export interface Order {
  /** Full path of a launcher. */
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Time limit in milliseconds. */
  readonly timeout: number
}

const LAUNCHERS = ['config', 'db', 'expand-template', 'gabarit', 'signal-event']

/**
 * The launcher of ours that a name means on this PATH, when it can be run by a {@link Host}. Node reads its own variables at its
 * start only, so a command with others needs a process of its own.
 */
export function findLauncher(name: string, env: Order['env']): string | undefined {
  if (!LAUNCHERS.includes(name) || process.env.GABARIT_TEST_PROCESSES !== undefined) return undefined
  if (Object.keys(env).some(key => key.startsWith('NODE_') && env[key] !== process.env[key])) return undefined
  const program = env.PATH?.split(':')
    .map(folder => join(folder, name))
    .find(path => existsSync(path))
  return program !== undefined && existsSync(join(program, '../../dist/gabarit.cjs')) ? program : undefined
}

/** A process that runs one command of ours after the other: most of them take less time than Node's start. */
export class Host {
  readonly #folder = mkdtempSync(join(tmpdir(), 'gabarit-host-'))
  readonly #stdout = openSync(this.#file('stdout'), 'a')
  readonly #stderr = openSync(this.#file('stderr'), 'a')
  readonly #orders: number
  readonly #answers: number
  readonly #child: ChildProcess
  #lives = true

  /** Named pipes, because Node's own cannot be waited for. It ends when we are gone, and we see when it has ended. */
  constructor() {
    const [orders, answers] = [this.#file('orders'), this.#file('answers')]
    spawnSync('mkfifo', [orders, answers])
    // Nobody waits for the other end of a pipe that is open at both.
    const both = [openSync(orders, 'r+'), openSync(answers, 'r+')]
    const ends = [openSync(orders, 'r'), openSync(answers, 'w')]
    this.#orders = openSync(orders, 'w')
    this.#answers = openSync(answers, 'r')
    const script = join(import.meta.dirname, 'command-host.cjs')
    this.#child = spawn(process.execPath, [script], {
      cwd: '/',
      stdio: ['ignore', this.#stdout, this.#stderr, ...ends],
    })
    this.#child.unref()
    for (const end of [...both, ...ends]) closeSync(end)
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }))
  }

  /** It can run another command. */
  get lives(): boolean {
    return this.#lives
  }

  /** Runs a command to its end. */
  run(order: Order): Ending {
    for (const output of [this.#stdout, this.#stderr]) ftruncateSync(output)
    writeSync(this.#orders, `${JSON.stringify({ ...order, umask: process.umask() })}\n`)
    const answer = this.#answer()
    this.#lives = answer?.more ?? false
    const signal = answer === undefined ? signalThatEnded(this.#child) : null
    const [stdout, stderr] = [readFileSync(this.#file('stdout'), 'utf8'), readFileSync(this.#file('stderr'), 'utf8')]
    if (!this.#lives) for (const end of [this.#stdout, this.#stderr, this.#orders, this.#answers]) closeSync(end)
    return { status: answer?.status ?? null, signal, stdout, stderr }
  }

  /** Undefined when it was killed. */
  #answer(): { readonly status: number; readonly more: boolean } | undefined {
    const piece = Buffer.alloc(256)
    const length = readSync(this.#answers, piece)
    return length === 0 ? undefined : JSON.parse(piece.toString('utf8', 0, length))
  }

  #file(name: string): string {
    return join(this.#folder, name)
  }
}

/** Why a process has ended that nobody has waited for yet: `exit_code` of proc_pid_stat(5). */
function signalThatEnded({ pid }: ChildProcess): string | null {
  const number = Number(readFileSync(`/proc/${pid}/stat`, 'utf8').trim().split(' ').at(-1)) & 0x7f
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0] ?? null
}
