import type { Crash, Reason, Run, ServiceManager, Unit } from './manager.ts'

/** A service that has ended so often, within so many milliseconds, is in a loop. */
const OFTEN = 3
export const LATELY = 60_000

/** Lines of a log that are shown. */
export const LINES = 6

/** What a supervisor knows of services that do not run. */
interface Witness {
  readonly crashes: (run: Run, unit: Unit) => Promise<readonly Crash[]>
  /** Its own words about the state of a service. */
  readonly state: (run: Run, unit: Unit) => Promise<string>
  readonly log: (run: Run, unit: Unit) => Promise<string>
  /** A command that shows more. */
  readonly more: (unit: Unit) => string
}

/** Whether a service does not run, or only until its next end. @param since as for {@link crashLoop} */
export async function isIll(manager: ServiceManager, run: Run, unit: Unit, since = 0): Promise<boolean> {
  return (await manager.isUp(run, unit)) === false || (await crashLoop(manager, run, unit, since)).length > 0
}

/**
 * The crashes of the last minute if the service is in a loop, else none. One that has lasted twice as long as between any two of them
 * is out of it: what made it end is mended.
 * @param since only crashes after this moment count
 */
export async function crashLoop(manager: ServiceManager, run: Run, unit: Unit, since = 0): Promise<readonly Crash[]> {
  const now = Date.now()
  const crashes = (await manager.crashes?.(run, unit, Math.max(since, now - LATELY))) ?? []
  const lasted = now - (crashes.at(-1)?.at ?? 0)
  return crashes.length < OFTEN || lasted > mendedAfter(crashes) ? [] : crashes
}

/** How long a service must last after these crashes until it is out of their loop, in milliseconds. */
export function mendedAfter(crashes: readonly Crash[]): number {
  return 2 * Math.max(...crashes.slice(1).map(({ at }, index) => at - (crashes[index]?.at ?? at)), 0)
}

/** A manager that starts again what has ended, and tells of services that end again and again. */
export function tellingCrashes(manager: ServiceManager, witness: Witness): ServiceManager {
  const telling: ServiceManager = {
    ...manager,
    crashes: async (run, unit, since) => (await witness.crashes(run, unit)).filter(({ at }) => at > since),
    async why(run, unit) {
      const crashes = await crashLoop(telling, run, unit)
      const log = await witness.log(run, unit)
      if (crashes.length === 0)
        return withLog(await witness.state(run, unit), 'log', log, `To start it: ${manager.describe(unit, 'start')}`)
      const ends = `it ended ${crashes.length} times within a minute, last with ${crashes.at(-1)?.how}`
      const words = `${unit.name} is started again and again: ${ends}`
      return withLog(words, 'log', log, `To see more: ${witness.more(unit)}`)
    },
  }
  return telling
}

/** Words, and the last lines of a log. @param log what it is called */
export function withLog(words: string, log: string, said: string, wayOut: string): Reason {
  const lines = said.trim().split('\n').slice(-LINES).join('\n')
  return { words: lines === '' ? words : `${words}; its ${log} ends with\n${lines.replace(/^/gm, '  ')}`, wayOut }
}
