import { join, resolve } from 'node:path'
import type { Subject } from './measure.ts'

/** Pairs of runs for each figure; BENCH_RUNS changes it. */
export const RUNS = Number(process.env.BENCH_RUNS ?? 15)
/** The programs: those of the checkout, or the executable in the folder GABARIT_BIN. */
export const BIN = resolve(process.env.GABARIT_BIN ?? join(import.meta.dirname, '../bin'))
/** The yardstick: Node starting and doing nothing. */
export const NODE: Subject = { command: ['node', '-e', '0'] }

/** A command of ours on a root of its own. */
export function program(root: string, name: string, args: readonly string[], input = ''): Subject {
  return { command: [join(BIN, name), ...args], input, env: { GABARIT_ROOT: root } }
}

/** Prints one figure beside its goal. */
export function report(what: string, figure: string, goal: string): void {
  console.log(`${what.padEnd(62)} ${figure.padEnd(26)} goal: ${goal}`)
}
