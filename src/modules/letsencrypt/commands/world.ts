import { runEvent } from '../../../event/run.ts'
import { RealSystem } from '../../../system/real-system.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { reporter } from '../../../terminal/reporter.ts'
import { clockAt } from '../clock.ts'
import type { World } from '../world.ts'

const LOOKS: ReadonlySet<string> = new Set(['check', 'limits', 'list', 'status'])

/** What a verb of `gabarit letsencrypt` works with. */
export function makeWorld(invocation: Invocation, verb: string): World {
  const { places, print, printError, progress, value, flag } = invocation
  // What only looks leaves no trace.
  const log = LOOKS.has(verb) || flag('dry-run') ? () => undefined : invocation.log
  const system = new RealSystem(places.root)
  const warned = new Set<string>()
  return {
    places,
    system,
    clock: clockAt(value('at')),
    givesWay: false,
    say: line => {
      print(line)
      log('info', line)
    },
    warn: message => {
      // The templates are expanded more than once, and say each time what they leave out.
      if (warned.has(message)) return
      warned.add(message)
      printError(`warning: ${message}`)
      log('warning', message)
    },
    progress,
    signal: event => {
      progress(undefined)
      const signal = { event, args: [], comment: `gabarit letsencrypt ${verb}` }
      return runEvent(signal, places, system, reporter(invocation, false))
    },
  }
}
