import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { endedBySignal } from './interruption.ts'
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
    let timedOut = false
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
    const timer = setTimeout(() => {
      timedOut = true
      endGroup('SIGTERM')
      setTimeout(() => endGroup('SIGKILL'), GRACE).unref()
      setTimeout(() => finish(null, null), GRACE + 200).unref()
    }, options.timeout)
    const take = (stream: Stream) => (chunk: string) => {
      chunks.push(chunk)
      stream.chunks.push(chunk)
      if (options.onLine === undefined) return
      const lines = (stream.rest + chunk).split('\n')
      stream.rest = lines.pop() ?? ''
      for (const line of lines) options.onLine(line)
    }
    const ended = endedBySignal(() => endGroup('SIGTERM'))
    let finished = false
    const finish = (status: number | null, signal: NodeJS.Signals | null) => {
      if (finished) return
      finished = true
      ended()
      clearTimeout(timer)
      child.stdout.destroy()
      child.stderr.destroy()
      for (const { rest } of [stdout, stderr]) if (rest !== '') options.onLine?.(rest)
      const problem = timedOut
        ? `did not end within ${options.timeout / 1000} s and was killed`
        : spawnProblem !== undefined
          ? describeSpawnProblem(spawnProblem, program)
          : signal !== null
            ? `was killed by ${signal} (${constants.signals[signal]})`
            : undefined
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

function describeSpawnProblem(error: NodeJS.ErrnoException, program: string): string {
  if (error.code === 'ENOENT') return `${program}: not found (is it installed, and its interpreter?)`
  return error.code === 'EACCES' ? `${program}: permission denied` : error.message
}
