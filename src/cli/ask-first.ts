import { createInterface } from 'node:readline/promises'
import { windowSeconds } from '../confirm/duration.ts'
import { EXIT, usageFailure } from '../system/failure.ts'
import type { Invocation } from './command.ts'

/** How a command ended. */
export interface Ran {
  readonly status: number
  /** Names the plan that was shown, where it is named. */
  readonly plan?: string
}

/**
 * Runs a command; with `--confirm` shows first what it would do, and runs it only when the person at the terminal says yes.
 * @param run is given the plan that was shown, and has to refuse another one
 * @returns the exit status; 1 for a no
 * @throws Failure (usage) without a terminal
 */
export async function askFirst(
  invocation: Invocation,
  run: (invocation: Invocation, shown: string | undefined) => Promise<Ran>,
): Promise<number> {
  const { flag, print } = invocation
  if (!flag('confirm')) return (await run(invocation, undefined)).status
  const other = ['dry-run', 'check', 'json'].find(name => flag(name))
  if (other !== undefined) throw usageFailure(`--confirm asks a person: it does not go with --${other}`)
  if (process.stdin.isTTY !== true)
    throw usageFailure('--confirm asks at a terminal, and there is none', 'In a script: --confirm-within 10m')
  const look = await run({ ...invocation, flag: name => name === 'dry-run' || flag(name) }, undefined)
  if (look.status !== EXIT.done) return look.status
  if (await saysYes('Do it? [y/N] ')) return (await run(invocation, look.plan)).status
  print('nothing was changed')
  return EXIT.failed
}

/** Asks the person at the terminal. Anything but y and yes is a no, the end of input too. */
export async function saysYes(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new Promise<string>(resolve => terminal.once('close', () => resolve('')))
  try {
    return /^\s*y(es)?\s*$/i.test(await Promise.race([terminal.question(question), ended]))
  } finally {
    terminal.close()
  }
}

/** The window of `--confirm-within`, for a deed; nothing without it, and for `no`. */
export function confirmWithin({ value }: Pick<Invocation, 'value'>): { confirmWithin?: number } {
  const text = value('confirm-within')
  return text === undefined || text === 'no' ? {} : { confirmWithin: windowSeconds(text) }
}
