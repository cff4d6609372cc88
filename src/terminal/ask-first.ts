import { createInterface } from 'node:readline/promises'
import { EXIT, usageFailure } from '../base/failure.ts'
import { endOnSignal } from '../system/interruption.ts'
import { windowSeconds } from '../transaction/default-window.ts'
import type { Invocation } from './command.ts'

export interface CommandResult<Shown = string> {
  readonly status: number
  /** The plan that was shown, or its id. */
  readonly plan?: Shown | undefined
}

/**
 * Runs a command. With `--confirm`, first shows what it would do, and only runs it if the person at the terminal says yes.
 * @param run receives the plan that was shown, and must not carry out a different one without asking
 * @returns the exit status; 1 for a no
 * @throws Failure (usage) without a terminal
 */
export async function askFirst<Shown = string>(
  invocation: Invocation,
  run: (invocation: Invocation, shown: Shown | undefined) => Promise<CommandResult<Shown>>,
): Promise<number> {
  const { flag, io, print } = invocation
  if (!flag('confirm')) return (await run(invocation, undefined)).status
  const other = ['dry-run', 'check', 'json', 'json-lines'].find(name => flag(name))
  if (other !== undefined) throw usageFailure(`--confirm asks a person, so it cannot be combined with --${other}`)
  if (!io.isTerminal(0))
    throw usageFailure('--confirm needs a terminal, and there is none', 'In a script: --confirm-within 10m')
  const look = await run(invocation.asDryRun(), undefined)
  if (look.status !== EXIT.done) return look.status
  if (await saysYes('Do it? [y/N] ', invocation)) return (await run(invocation, look.plan)).status
  print('nothing was changed')
  return EXIT.failed
}

/** The person at the terminal, and what else is drawn there. */
type Person = Pick<Invocation, 'io' | 'progress'>

/**
 * Asks the person at the terminal. Anything but y and yes is a no, including the end of input.
 * @param patience seconds after which no answer means no; default: unlimited
 */
export async function saysYes(question: string, person: Person, patience?: number): Promise<boolean> {
  return isYes(await ask(question, person, patience))
}

export function isYes(answer: string): boolean {
  return /^\s*y(es)?\s*$/i.test(answer)
}

/** As {@link saysYes}, for any answer: it is empty at the end of input. */
export async function ask(question: string, { io, progress }: Person, patience?: number): Promise<string> {
  // It would be drawn over the question.
  progress(undefined)
  if (!io.terminal().input.readable) return ''
  const terminal = createInterface(io.terminal())
  const ended = new Promise<string>(resolve => terminal.once('close', () => resolve('')))
  const clock = patience === undefined ? undefined : setTimeout(() => terminal.close(), patience * 1000)
  const answered = endOnSignal(() => terminal.close())
  try {
    return await Promise.race([terminal.question(question), ended])
  } finally {
    answered()
    clearTimeout(clock)
    terminal.close()
  }
}

/** The window of `--confirm-within` for a run; nothing if it is absent or `no`. */
export function confirmWithin({ value }: Pick<Invocation, 'value'>): { confirmWithin?: number } {
  const text = value('confirm-within')
  return text === undefined || text === 'no' ? {} : { confirmWithin: windowSeconds(text) }
}
