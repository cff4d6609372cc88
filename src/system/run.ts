import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Failure } from '../base/failure.ts'
import { endOnSignal, holdSignals } from './interruption.ts'
import type { RunOptions, RunResult } from './system.ts'

/** Time between asking a command to end and killing it, in milliseconds. */
const GRACE = 2000

interface Stream {
  readonly chunks: string[]
  /** The current, incomplete line. */
  rest: string
}

/**
 * Runs a command given as a list of words, in its own process group, so that a time limit ends its children too.
 * Never rejects: the result says what went wrong.
 */
export function runCommand(command: readonly string[], options: RunOptions): Promise<RunResult> {
  const [program = '', ...args] = command
  return new Promise(resolve => {
    const chunks: string[] = []
    // Separate, so that half a line of one stream does not run into a line of the other.
    const [stdout, stderr]: [Stream, Stream] = [
      { chunks: [], rest: '' },
      { chunks: [], rest: '' },
    ]
    let ended: string | undefined
    let size = 0
    let spawnProblem: NodeJS.ErrnoException | undefined
    const child = spawn(program, args, {
      env: options.env,
      cwd: options.cwd,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    const endGroup = (signal: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal)
      } catch {
        // The group has already ended.
      }
    }
    const stop = (why: string) => {
      if (ended !== undefined) return
      ended = why
      endGroup('SIGTERM')
      setTimeout(() => endGroup('SIGKILL'), GRACE).unref()
      setTimeout(() => finish(null, null), GRACE + 200).unref()
    }
    const timer = setTimeout(
      () => stop(`did not end within ${options.timeout / 1000} s and was killed`),
      options.timeout,
    )
    const { mostOutput = Number.POSITIVE_INFINITY } = options
    const take = (stream: Stream) => (chunk: string) => {
      size += chunk.length
      if (size > mostOutput) return stop(`printed more than ${mostOutput} bytes and was killed`)
      chunks.push(chunk)
      stream.chunks.push(chunk)
      if (options.onLine === undefined) return
      const lines = (stream.rest + chunk).split('\n')
      stream.rest = lines.pop() ?? ''
      for (const line of lines) options.onLine(line)
    }
    const forget = endOnSignal(() => endGroup('SIGTERM'))
    let finished = false
    const finish = (status: number | null, signal: NodeJS.Signals | null) => {
      if (finished) return
      finished = true
      forget()
      clearTimeout(timer)
      child.stdout.destroy()
      child.stderr.destroy()
      for (const { rest } of [stdout, stderr]) if (rest !== '') options.onLine?.(rest)
      const killed = signal === null ? undefined : `was killed by ${signal} (${constants.signals[signal]})`
      const problem = ended ?? (spawnProblem === undefined ? killed : describeSpawnProblem(spawnProblem, program))
      const output = chunks.join('')
      resolve({
        status: problem === undefined ? (status ?? undefined) : undefined,
        output,
        stdout: stdout.chunks.join(''),
        problem,
        missing: spawnProblem?.code === 'ENOENT',
      })
    }
    // A command that does not read its input may end before all of it is written.
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    child.stdout.setEncoding('utf8').on('data', take(stdout))
    child.stderr.setEncoding('utf8').on('data', take(stderr))
    child.on('error', (error: NodeJS.ErrnoException) => {
      spawnProblem = error
      finish(null, null)
    })
    // A background child may keep the output open, but the command has ended when its process has. If nothing keeps it open,
    // `close` comes first, and the timer no longer delays this process.
    child.on('exit', (status, signal) => setImmediate(() => setTimeout(() => finish(status, signal), 250).unref()))
    child.on('close', (status, signal) => finish(status, signal))
  })
}

/**
 * Runs a command that has the terminal (or its replacement) to itself. Ctrl-C reaches both, and the command decides.
 * @returns its exit status; as in a shell, 128 and the number of the signal that killed it
 * @throws Failure if it cannot be started
 */
export function runInForeground(
  [program = '', ...args]: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly cwd: string },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: 'inherit' })
    const release = holdSignals()
    const forget = endOnSignal(() => child.kill())
    const finish = (done: () => void) => {
      forget()
      release()
      done()
    }
    child.on('error', error => finish(() => reject(new Failure(describeSpawnProblem(error, program)))))
    child.on('exit', (status, signal) =>
      finish(() => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]))),
    )
  })
}

function describeSpawnProblem(error: NodeJS.ErrnoException, program: string): string {
  if (error.code === 'ENOENT') return `${program}: not found (is it installed, and its interpreter?)`
  return error.code === 'EACCES' ? `${program}: permission denied` : error.message
}
