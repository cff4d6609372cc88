import { EXIT, Failure, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { sayDuration, sayTime } from '../base/time.ts'
import {
  CONFIRMATION,
  type Confirmation,
  describeConfirmation,
  endConfirmation,
  readEnd,
  secondsLeft,
  windowOf,
} from '../state/confirmation.ts'
import { commandLine } from '../state/history/entry.ts'
import { caller } from '../system/accounts.ts'
import type { Places } from '../system/places.ts'
import type { Invocation } from '../terminal/command.ts'
import { reporter } from '../terminal/reporter.ts'
import { catchUp, repair } from '../transaction/before-change.ts'
import { windowSeconds } from '../transaction/default-window.ts'
import { holdingEventLock, type Means } from '../transaction/event-lock.ts'
import { guard } from '../transaction/guard.ts'
import { rollBackUnconfirmed, rollbackResult } from '../transaction/roll-back-unconfirmed.ts'
import { startGuard } from '../transaction/start-guard.ts'
import { confirmationData, confirmationOrProblem, lookForConfirmation } from './show-confirmation.ts'

/** What a subcommand works with while it has the event lock. */
interface Work extends Means {
  readonly invocation: Invocation
}

const WORDS: Readonly<Record<string, (work: Work) => Promise<number> | number>> = { '': keep, cancel, extend, expired }

/** `gabarit confirm [cancel|extend DURATION|status|expired]` */
export async function run(invocation: Invocation): Promise<number> {
  const { args, places, system } = invocation
  const [word = '', argument, ...surplus] = args
  const takes = word === 'extend' || word === 'guard'
  if (surplus.length > 0 || (argument !== undefined) !== takes)
    throw usageFailure(takes ? `confirm ${word} needs one argument` : `too many arguments for confirm ${word}`)
  const report = reporter(invocation)
  if (word === 'status') return status(invocation)
  if (word === 'guard') return guard(argument ?? '', places, system, report)
  const act = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
  if (act === undefined)
    throw usageFailure(
      `unknown subcommand "${word}" of gabarit confirm${didYouMean(word, [...Object.keys(WORDS), 'status'])}`,
    )
  if (word === 'extend') windowSeconds(argument ?? '')
  if (word === 'expired' && CONFIRMATION.read(places) === undefined) return EXIT.done
  const command = `gabarit confirm ${word}`.trim()
  return holdingEventLock({ places, system, report }, command, means => act({ ...means, invocation }))
}

async function keep(work: Work): Promise<number> {
  const { print } = work.invocation
  const open = await stillOpen(work)
  endConfirmation(work.invocation, open, 'confirmed')
  print(`confirmed: ${commandLine(open)}`)
  return EXIT.done
}

async function cancel(work: Work): Promise<number> {
  const { places, system, invocation } = work
  repair(work)
  const open = CONFIRMATION.read(places) ?? nothingOpen(places)
  const why = `${commandLine(open)} was cancelled by ${caller(system.env).user}`
  const ended = await rollBackUnconfirmed(open, why, work)
  invocation.print(`rolled back. ${rollbackResult(open, ended)}`)
  return ended
}

async function extend(work: Work): Promise<number> {
  const { places, system, print, args } = work.invocation
  const open = await stillOpen(work)
  const window = windowOf(windowSeconds(args[1] ?? ''))
  CONFIRMATION.write(places, { ...open, window, problem: null })
  // The guard of an expired window has ended. A second guard ends at once.
  startGuard({ places, system }, open.token)
  print(`rolls back automatically at ${sayTime(window.until)} unless you confirm: gabarit confirm`)
  return EXIT.done
}

async function expired(work: Work): Promise<number> {
  await catchUp(work)
  return EXIT.done
}

function status({ places, answer }: Invocation): number {
  const open = lookForConfirmation(places)
  return answer(confirmationOrProblem(open, places), statusText(open, places), !(open instanceof Failure))
}

function statusText(open: Confirmation | Failure | undefined, places: Places): string {
  if (open === undefined) return 'no change is waiting for confirmation'
  if (open instanceof Failure) return open.describe()
  const { left, guard: pid, problem } = confirmationData(open, places)
  const time = left > 0 ? `until ${sayTime(open.window.until)}, ${sayDuration(left)} left` : 'expired'
  const guarded = pid === null ? 'none: the next command that changes files rolls back' : `process ${pid}`
  return [describeConfirmation(open), time, `guard: ${guarded}`, ...(problem === null ? [] : [problem])].join('\n')
}

/**
 * The change that can still be confirmed. An expired one is rolled back now, unless that has already failed.
 * @throws Failure if there is none
 */
async function stillOpen(work: Work): Promise<Confirmation> {
  const { places } = work
  repair(work)
  const open = CONFIRMATION.read(places)
  if (open !== undefined && (secondsLeft(open) > 0 || open.problem !== null)) return open
  if (open !== undefined) await catchUp(work)
  return nothingOpen(places)
}

function nothingOpen(places: Places): never {
  const end = readEnd(places)
  if (end === undefined) throw new Failure('no change is waiting for confirmation')
  const { how, what, user, time } = end
  if (how === 'confirmed') throw new Failure(`already confirmed: ${what}, by ${user} at ${sayTime(time)}`)
  throw new Failure(`too late: ${what} was rolled back at ${sayTime(time)}`, { hint: 'See gabarit history.' })
}
