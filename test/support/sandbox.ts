import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { type Ending, findLauncher, Host } from './hosted.ts'

/** The package's own folder. */
export const PROJECT = join(import.meta.dirname, '..', '..')
/** Where `db`, `config`, `expand-template`, `signal-event` and `gabarit` are: the folder that GABARIT_BIN names, or the checkout's. */
export const BIN = resolve(PROJECT, process.env.GABARIT_BIN ?? 'bin')

/** Ours first; the daemons' own commands last, which an ordinary user's PATH does not have. */
const PATH = `${BIN}:${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`

/** How a command ended and what it said. */
export interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** What a command is given beside its arguments. */
export interface RunOptions {
  readonly input?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly timeoutSeconds?: number
}

let host: Host | undefined

/** Runs a command to its end, our own ones first on PATH. It never throws for a bad status; {@link must} does. */
export function run(command: readonly string[], options: RunOptions = {}): Outcome {
  const [program = '', ...args] = command
  const env = { ...process.env, PATH, ...options.env }
  const timeout = (options.timeoutSeconds ?? 180) * 1000
  const launcher = options.input ? undefined : findLauncher(program, env)
  if (launcher === undefined) return outcomeOf(spawnCommand(program, args, { ...options, env }, timeout))
  host = host?.lives ? host : new Host()
  return outcomeOf(host.run({ program: launcher, args, env, cwd: options.cwd ?? process.cwd(), timeout }))
}

function spawnCommand(program: string, args: readonly string[], options: RunOptions, timeout: number): Ending {
  const result = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...options.env },
    cwd: options.cwd,
    input: options.input ?? '',
    maxBuffer: 256 * 1024 * 1024,
    timeout,
    killSignal: 'SIGKILL',
  })
  if (result.error !== undefined && result.pid === 0) throw result.error
  return result
}

function outcomeOf({ status, signal, stdout, stderr }: Ending): Outcome {
  const killed = signal === null ? '' : `killed by ${signal}\n`
  return { status: status ?? 128, stdout, stderr: `${stderr}${killed}` }
}

/** Runs a command that has to succeed, and gives what it printed. */
export function must(command: readonly string[], options: RunOptions = {}): string {
  const { status, stdout, stderr } = run(command, options)
  if (status === 0) return stdout
  throw new Error(`${command.join(' ')}: exit ${status}\n${stdout}${stderr}`)
}

/** The environment of a command into which a script is loaded before it starts: by Node, or by the runtime of the executable. */
export function preloading(script: string): Record<string, string> {
  return { NODE_OPTIONS: `--require ${script}`, BUN_OPTIONS: `--preload ${script}` }
}

/** Splits a line as a shell would when nothing is quoted: for commands copied from a manual. */
export function words(line: string): string[] {
  return line.split(' ').filter(word => word !== '')
}

/** A server's root tree of its own, in a fresh folder. */
export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'gabarit-test-'))

  /** Runs a command with this root; no service manager unless `env` names one. */
  run(command: string | readonly string[], options: RunOptions = {}): Outcome {
    return run(typeof command === 'string' ? words(command) : command, this.#within(options))
  }

  /** Runs a command that has to succeed, and gives what it printed. */
  must(command: string | readonly string[], options: RunOptions = {}): string {
    return must(typeof command === 'string' ? words(command) : command, this.#within(options))
  }

  /** The real place of a path on the server. */
  path(path: string): string {
    return join(this.root, path)
  }

  exists(path: string): boolean {
    return existsSync(this.path(path))
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8')
  }

  /** Writes a file with its folders. */
  write(path: string, text: string, mode = 0o644): string {
    const file = this.path(path)
    outputFileSync(file, text)
    chmodSync(file, mode)
    return file
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10 })
  }

  /** The environment of a command with this root. Others start it than {@link run}. */
  get ownEnv(): Record<string, string> {
    return { PATH, GABARIT_ROOT: this.root, GABARIT_SERVICE_MANAGER: 'none' }
  }

  #within(options: RunOptions): RunOptions {
    const env = { ...this.ownEnv, ...options.env }
    return { cwd: this.root, ...options, env }
  }
}
