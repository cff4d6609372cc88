import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { Failure, orUndefined } from '../base/failure.ts'
import { endOnSignal, holdSignals } from './interruption.ts'
import { describeSpawnProblem, isMissing, killedBy, tookTooLong } from './run-problem.ts'
import type { RunOptions, RunResult } from './system.ts'

/** Time between asking a command and its children to end and killing them, in milliseconds. */
const GRACE = 2000

/**
 * Runs a command given as a list of words, in its own process group, so that a time limit ends its children too.
 * Never rejects: the result says what went wrong.
 */
export function runCommand([program = '', ...args]: readonly string[], options: RunOptions): Promise<RunResult> {
  const { env = process.env, cwd, timeout, mostOutput = Number.POSITIVE_INFINITY, onLine, encoding = 'utf8' } = options
  return new Promise(resolve => {
    let output = ''
    let stdout = ''
    // The current, incomplete lines: separate, so that half a line of one stream does not run into a line of the other.
    const rest = { stdout: '', stderr: '' }
    let ended: string | undefined
    /** When what is left of a command that has to end is killed. */
    let deadline: number | undefined
    let size = 0
    const child = spawn(program, args, { env, cwd, stdio: ['pipe', options.output ?? 'pipe', 'pipe'], detached: true })
    const signalGroup = (signal: NodeJS.Signals | 0) =>
      child.pid !== undefined && orUndefined(() => process.kill(-(child.pid ?? 0), signal)) === true
    const end = () => {
      if (deadline !== undefined) return
      deadline = Date.now() + GRACE
      signalGroup('SIGTERM')
      setTimeout(() => signalGroup('SIGKILL'), GRACE).unref()
      setTimeout(() => finish(null, null), GRACE + 200).unref()
    }
    const stop = (why: string) => {
      ended ??= why
      end()
    }
    /** Its children have as long as itself to end. */
    const afterGroup = (done: () => void) => {
      if (deadline === undefined || !signalGroup(0)) return done()
      if (Date.now() < deadline) return void setTimeout(() => afterGroup(done), 20)
      signalGroup('SIGKILL')
      done()
    }
    const timer = setTimeout(() => stop(tookTooLong(timeout)), timeout)
    const take = (stream: keyof typeof rest) => (chunk: string) => {
      size += chunk.length
      if (size > mostOutput) return stop(`printed more than ${mostOutput} bytes and was killed`)
      output += chunk
      if (stream === 'stdout') stdout += chunk
      if (onLine === undefined) return
      const lines = (rest[stream] + chunk).split('\n')
      rest[stream] = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    }
    const forget = endOnSignal(end)
    let finished = false
    const finish = (status: number | null, signal: NodeJS.Signals | null, error?: NodeJS.ErrnoException) => {
      if (finished) return
      finished = true
      forget()
      clearTimeout(timer)
      child.stdout?.destroy()
      child.stderr?.destroy()
      for (const line of Object.values(rest)) if (line !== '') onLine?.(line)
      const missing = error !== undefined && isMissing(error, program, env)
      const problem = ended ?? (error === undefined ? killedBy(signal) : describeSpawnProblem(error, program, missing))
      const result = {
        status: problem === undefined ? (status ?? undefined) : undefined,
        output,
        stdout,
        problem,
        missing,
      }
      afterGroup(() => resolve(result))
    }
    // A command that does not read its input may end before all of it is written.
    child.stdin?.on('error', () => undefined)
    for (const piece of [options.input ?? []].flat()) child.stdin?.write(piece)
    child.stdin?.end()
    child.stdout?.setEncoding(encoding).on('data', take('stdout'))
    child.stderr?.setEncoding('utf8').on('data', take('stderr'))
    child.on('error', error => finish(null, null, error))
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
    child.on('error', error =>
      finish(() => reject(new Failure(describeSpawnProblem(error, program, isMissing(error, program, options.env))))),
    )
    child.on('exit', (status, signal) =>
      finish(() => resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]))),
    )
  })
}
