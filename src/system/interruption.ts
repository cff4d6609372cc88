import { refusal } from '../base/failure.ts'
import { tryToWrite } from './standard-streams.ts'

/** Sent by a terminal that is closed or a connection that is lost, by Ctrl-C, and by whoever ends a process (signal(7)). */
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/** Signals belong to the process, and so does what has become of them. */
const state: {
  /** The last one that came. */
  received?: NodeJS.Signals
  /** Files are in place: what belongs to them is done whatever comes. */
  finishing: boolean
  /** The run has ended because of it. */
  stopped: boolean
} = { finishing: false, stopped: false }

/** What ends the commands and questions under way. */
const underWay = new Set<() => void>()

/**
 * From now on a signal does not end the process at any instant. Before the first rename the run stops where nothing has changed,
 * see {@link refuseInterrupted}; behind it, it is finished, and only one more signal ends the command under way.
 * @returns ends this
 */
export function holdSignals(): () => void {
  const take = (signal: NodeJS.Signals) => {
    const again = state.received !== undefined
    state.received = signal
    if (!state.finishing || again) for (const end of underWay) end()
    else
      tryToWrite(`${signal}: the files are in place, so the rest is done first. Once more ends the step under way.\n`)
  }
  for (const signal of SIGNALS) process.on(signal, take)
  return () => {
    for (const signal of SIGNALS) process.off(signal, take)
  }
}

/**
 * Stops a run that was interrupted before its files are in place.
 * @throws Failure (refused)
 */
export function refuseInterrupted(): void {
  if (state.received === undefined || state.finishing) return
  state.stopped = true
  throw refusal(`interrupted by ${state.received}`, {
    hint: 'No file was changed. What actions have done so far stays.',
  })
}

/** The files are in place, or services are asked: the run is finished now. */
export function finishDespiteSignals(): void {
  state.finishing = true
}

/** It is finished: what comes next may be interrupted again. */
export function finished(): void {
  state.finishing = false
}

/** The signal that has stopped the run: the process ends by it, so that the shell knows and stops its script, too. */
export function stoppedBy(): NodeJS.Signals | undefined {
  return state.stopped ? state.received : undefined
}

/** Names what ends a command or question under way when a signal comes. @returns called when it has ended */
export function endedBySignal(end: () => void): () => void {
  underWay.add(end)
  return () => underWay.delete(end)
}
