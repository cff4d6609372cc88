import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { SKIP_MARK } from './skip.ts'

/** What one test file did. */
export interface FileResult {
  readonly file: string
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  /** Why tests were skipped, `NAME: REASON`. */
  readonly reasons: readonly string[]
  /** Why the file failed, beside the failures uvu counts. */
  readonly problem: string | undefined
  readonly seconds: number
  readonly output: string
}

/** Variables of the developer's shell that would change what the commands under test do. */
const FOREIGN = ['GABARIT_ROOT', 'GABARIT_VALIDATE', 'GABARIT_SERVICE_MANAGER', 'DBPATH', 'FORCE_COLOR', 'NO_COLOR']

/**
 * Runs one test file as a process of its own. It is killed, with all it started, when it takes too long.
 * @param file a source, or a bundle
 * @param temporary folder for its temporary folder
 */
export function runTestFile(file: string, limitSeconds: number, temporary = tmpdir()): Promise<FileResult> {
  const started = Date.now()
  const env = { ...process.env }
  for (const name of FOREIGN) delete env[name]
  // What a test leaves in its temporary folder goes with it, also when it is killed. Other users may look inside.
  const folder = mkdtempSync(join(temporary, 'gabarit-test-'))
  chmodSync(folder, 0o755)
  env.TMPDIR = folder
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : ['--enable-source-maps']
  const child = spawn(process.execPath, [...loader, file], {
    detached: true,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let timedOut = false
  const keep = (text: string) => {
    output += text
  }
  child.stdout.setEncoding('utf8').on('data', keep)
  child.stderr.setEncoding('utf8').on('data', keep)
  const cleanUp = () => {
    killGroup(child.pid)
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  process.on('exit', cleanUp)
  const timer = setTimeout(() => {
    timedOut = true
    killGroup(child.pid)
  }, limitSeconds * 1000)
  return new Promise(resolve => {
    const end = (status: string) => {
      clearTimeout(timer)
      process.off('exit', cleanUp)
      cleanUp()
      const ending = timedOut ? `killed after ${limitSeconds} s` : status
      resolve({ file, ...readCounts(output, ending), seconds: (Date.now() - started) / 1000, output })
    }
    child.on('error', error => end(error.message))
    // `exit`, not `close`: a daemon that a test left behind may hold the pipe for ever.
    child.on('exit', (status, signal) => {
      const ending = status === 0 ? '' : (signal ?? `exit status ${status}`)
      setTimeout(end, 50, ending)
    })
  })
}

/**
 * Reads uvu's totals. A file without totals, without a single test, or that ended badly counts as a failure: uvu
 * itself forgives a `before` that throws (fewer passed than there are) and a process that ends early.
 * @param ending how the process ended, empty when well
 */
export function readCounts(output: string, ending: string): Omit<FileResult, 'file' | 'seconds' | 'output'> {
  const plain = stripVTControlCharacters(output)
  const total = lastNumber(plain, 'Total')
  const passed = lastNumber(plain, 'Passed') ?? 0
  const skipped = lastNumber(plain, 'Skipped') ?? 0
  const reasons = plain
    .split('\n')
    .filter(line => line.startsWith(SKIP_MARK))
    .map(line => line.slice(SKIP_MARK.length))
  const problem = findProblem(total, passed, skipped, ending)
  const missing = (total ?? 0) - passed
  return { passed, failed: problem === undefined ? missing : Math.max(missing, 1), skipped, reasons, problem }
}

function findProblem(total: number | undefined, passed: number, skipped: number, ending: string): string | undefined {
  if (total === undefined) return `ended without totals${ending === '' ? '' : ` (${ending})`}`
  if (total + skipped === 0) return 'runs no test'
  if (ending !== '' && ending !== 'exit status 1') return ending
  if (ending !== '' && passed === total) return ending
  return ending === '' && passed < total ? 'tests did not run: a before or after hook threw' : undefined
}

function lastNumber(text: string, label: string): number | undefined {
  const found = [...text.matchAll(new RegExp(`^ {2}${label}: +(\\d+)$`, 'gm'))].at(-1)?.[1]
  return found === undefined ? undefined : Number(found)
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Nobody is left: what we want.
  }
}
