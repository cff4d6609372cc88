import { setImmediate } from 'node:timers/promises'
import { type Failure, refusal } from '../base/failure.ts'
import { tryToWrite } from './io.ts'

/** Sent when a terminal is closed or a connection is lost, by Ctrl-C, and by kill(1) (signal(7)). */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

interface State {
  /** The last one that came. */
  received?: NodeJS.Signals
  /** The files are in place: the run is completed despite signals. */
  finishing: boolean
  /** The signal has ended the run. */
  stopped: boolean
  /** Functions that end the running commands and open questions. */
  readonly underWay: Set<() => void>
}

const STATE = Symbol.for('gabarit.interruption')
const owner: NodeJS.Process & { [STATE]?: State } = process

/** Signals belong to the process, and so does their state: what is bundled apart has this file, too, and shares it. */
owner[STATE] ??= { finishing: false, stopped: false, underWay: new Set() }
const state = owner[STATE]

/**
 * From now on, a signal no longer ends the process immediately. Before the first rename, the run stops at a point where nothing
 * has changed, see {@link refuseInterrupted}. After it, the run is completed, and a second signal only ends the running command.
 * @returns a function that restores the default behaviour
 */
export function holdSignals(): () => void {
  const take = (signal: NodeJS.Signals) => {
    const again = state.received !== undefined
    state.received = signal
    if (!state.finishing || again) for (const end of state.underWay) end()
    else
      tryToWrite(
        `${signal}: the files are in place, so the rest is completed first. Repeat the signal to end the current step.\n`,
      )
  }
  for (const signal of SIGNALS) process.on(signal, take)
  return () => {
    for (const signal of SIGNALS) process.off(signal, take)
  }
}

/**
 * Stops a run that was interrupted before its files were in place.
 * @throws Failure (refused)
 */
export function refuseInterrupted(): void {
  if (state.received !== undefined && !state.finishing) throw stopFor(state.received)
}

/** The failure of a run that a signal stops now. */
export function stopFor(signal: NodeJS.Signals, where?: string): Failure {
  state.received = signal
  state.stopped = !state.finishing
  return refusal(`interrupted by ${signal}`, {
    where,
    hint: 'No file was changed. What actions have done so far is kept.',
  })
}

/** Takes the signals that have come. Code that does not wait would not see them. */
export async function takeSignals(): Promise<void> {
  // A signal is seen when the loop waits for events: at the latest between the first and the second.
  await setImmediate()
  await setImmediate()
  refuseInterrupted()
}

/**
 * Runs code that may never return. No function of ours could take a signal meanwhile, so they end the process, as long as
 * nothing has to be completed: the lock of a dead process is free.
 * @param run told whether SIGINT may end the code itself
 */
export function endingOnSignals<Result>(run: (breakOnSigint: boolean) => Result): Result {
  if (state.finishing) return run(false)
  const held = (['SIGHUP', 'SIGTERM'] as const).map(signal => [signal, process.listeners(signal)] as const)
  for (const [signal, takes] of held) for (const take of takes) process.off(signal, take)
  try {
    return run(true)
  } finally {
    for (const [signal, takes] of held) for (const take of takes) process.on(signal, take)
  }
}

/** The files are in place, or services are being adjusted: from now on the run is completed despite signals. */
export function finishDespiteSignals(): void {
  state.finishing = true
}

/** The run is complete: what follows can be interrupted again. */
export function finished(): void {
  state.finishing = false
}

/** The signal that stopped the run. The process ends with it, so that the shell also stops its script. */
export function stoppingSignal(): NodeJS.Signals | undefined {
  return state.stopped ? state.received : undefined
}

/** Registers how a signal ends a running command or an open question. @returns call this once it has ended */
export function endOnSignal(end: () => void): () => void {
  state.underWay.add(end)
  return () => state.underWay.delete(end)
}
