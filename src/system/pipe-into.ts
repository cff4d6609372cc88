import { hasCode, orUndefined } from '../base/failure.ts'
import { endOnSignal } from './interruption.ts'
import { runCommand } from './run.ts'
import { describeSpawnProblem, isMissing, killedBy, tookTooLong } from './run-problem.ts'
import type { PipeOptions, RunResult } from './system.ts'

/** What a pipe holds (pipe(7)): more would be copied, to wait its turn. */
const PIECE = 65536

/** The executable's runtime starts a program without Node's streams, whose making takes longer than short work. */
interface Runtime {
  spawn(options: {
    readonly cmd: readonly string[]
    readonly env: NodeJS.ProcessEnv
    readonly stdin: 'pipe'
    readonly stdout: number
    readonly stderr: 'pipe'
    readonly detached: true
  }): Child
}

interface Child {
  readonly pid: number
  readonly stdin: { write(data: Uint8Array): unknown; flush(): unknown; end(): unknown }
  readonly stderr: ReadableStream
  readonly exited: Promise<unknown>
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
}

const { Bun: runtime } = globalThis as { Bun?: Runtime }

const NO_STATUS = { status: undefined, output: '', stdout: '', missing: false }

/**
 * Pipes data through a program into an open file. The program has its own process group.
 * @throws only what the making of the data throws: the result says what went wrong with the program
 */
export async function pipeInto(command: readonly string[], options: PipeOptions): Promise<RunResult> {
  const { env = process.env, input, output, timeout } = options
  if (runtime === undefined) return runCommand(command, { env, output, timeout, input: await input() })
  let child: Child
  try {
    child = runtime.spawn({ cmd: command, env, stdin: 'pipe', stdout: output, stderr: 'pipe', detached: true })
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const [program = ''] = command
    const missing = isMissing(error, program, env)
    return { ...NO_STATUS, problem: describeSpawnProblem(error, program, missing), missing }
  }
  return feed(child, options)
}

/** The program gets ready while its input is still made. */
async function feed(child: Child, { input, timeout }: PipeOptions): Promise<RunResult> {
  const end = () => void orUndefined(() => process.kill(-child.pid, 'SIGKILL'))
  const forget = endOnSignal(end)
  let late: string | undefined
  const timer = setTimeout(() => {
    late = tookTooLong(timeout)
    end()
  }, timeout)
  try {
    await write(child, await input())
    await child.exited
  } finally {
    // With all that it has started: what keeps its pipes open would keep this process, too.
    end()
    clearTimeout(timer)
    forget()
  }
  const problem = late ?? killedBy(child.signalCode)
  if (problem !== undefined) return { ...NO_STATUS, problem }
  // What it has to say is little, and has been waiting in its pipe.
  const output = child.exitCode === 0 ? '' : await new Response(child.stderr).text()
  return { ...NO_STATUS, status: child.exitCode ?? undefined, output, problem }
}

async function write({ stdin }: Child, pieces: readonly Uint8Array[]): Promise<void> {
  try {
    for (const piece of pieces)
      for (let at = 0; at < piece.length; at += PIECE) {
        stdin.write(piece.subarray(at, at + PIECE))
        await stdin.flush()
      }
    await stdin.end()
  } catch (error) {
    // It has ended before it had read everything: its status says why.
    if (!hasCode(error, 'EPIPE')) throw error
  }
}
