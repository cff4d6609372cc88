import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A command as a list of words, its standard input and environment. */
export interface Subject {
  readonly command: readonly string[]
  readonly input?: string
  readonly env?: NodeJS.ProcessEnv
}

/** Medians of paired runs: seconds of A, of B, and of the ratios A/B pair by pair. */
export interface Paired {
  readonly a: number
  readonly b: number
  readonly ratio: number
}

/** Runs a command once. @returns wall-clock seconds from its start to its end */
export function seconds({ command, input, env }: Subject): number {
  const [program = '', ...args] = command
  const start = process.hrtime.bigint()
  const result = spawnSync(program, args, { input: input ?? '', env: { ...process.env, ...env }, maxBuffer: 2 ** 28 })
  const time = Number(process.hrtime.bigint() - start) / 1e9
  if (result.status !== 0) throw new Error(`${command.join(' ')}: ${result.error ?? result.stderr.toString()}`)
  return time
}

/** Runs two commands in turn, A B A B, so that a machine whose speed drifts does not tilt the ratio. */
export function compare(a: Subject, b: Subject, runs: number): Paired {
  seconds(a)
  seconds(b)
  const pairs = Array.from({ length: runs }, () => ({ a: seconds(a), b: seconds(b) }))
  return {
    a: median(pairs.map(pair => pair.a)),
    b: median(pairs.map(pair => pair.b)),
    ratio: median(pairs.map(pair => pair.a / pair.b)),
  }
}

/** Runs of a command between two readings: the kernel counts processor time in ticks, mostly of 10 ms. */
const BURST = 5

/** Processor time of A over that of B, both of all their runs. */
export function compareProcessorTime(a: Subject, b: Subject, runs: number): number {
  const spent = [0, 0]
  for (let run = 0; run < runs; run++)
    for (const [index, subject] of [a, b].entries()) {
      const before = ticksOfChildren()
      for (let turn = 0; turn < BURST; turn++) seconds(subject)
      spent[index] = (spent[index] ?? 0) + ticksOfChildren() - before
    }
  return (spent[0] ?? Number.NaN) / (spent[1] ?? Number.NaN)
}

/** User and system time of all children that have ended: proc(5), fields 16 and 17 of stat. */
function ticksOfChildren(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[13]) + Number(fields[14])
}

/** Peak memory of one of our programs in MiB, told by the process itself when it ends. */
export function peakMemory({ command, env }: Subject): number {
  const report = join(tmpdir(), `gabarit-peak-${process.pid}`)
  const probe = join(import.meta.dirname, 'peak.cjs')
  seconds({
    command,
    env: { ...env, NODE_OPTIONS: `--require ${probe}`, BUN_OPTIONS: `--preload ${probe}`, PEAK_REPORT: report },
  })
  const kibibytes = Number(readFileSync(report, 'utf8'))
  rmSync(report)
  return kibibytes / 1024
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((x, y) => x - y)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}
