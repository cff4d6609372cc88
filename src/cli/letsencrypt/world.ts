import { runEvent } from '../../event/run.ts'
import { clockAt } from '../../letsencrypt/clock.ts'
import type { World } from '../../letsencrypt/world.ts'
import { RealSystem } from '../../system/real-system.ts'
import type { Invocation } from '../command.ts'
import { sayReport } from '../signal-event.ts'

/** What a verb of `gabarit letsencrypt` works with. */
export function makeWorld(invocation: Invocation, verb: string): World {
  const { places, print, printError, value } = invocation
  const system = new RealSystem(places.root)
  const terminal = process.stderr.isTTY === true
  const line = terminal ? '\r\u001b[K' : ''
  let shown = false
  const warned = new Set<string>()
  const clear = () => {
    if (shown) process.stderr.write(line)
    shown = false
  }
  return {
    places,
    system,
    clock: clockAt(value('at')),
    say: text => {
      clear()
      print(text)
    },
    warn: message => {
      // The templates are expanded more than once, and say each time what they leave out.
      if (warned.has(message)) return
      warned.add(message)
      clear()
      printError(`warning: ${message}`)
    },
    progress: what => {
      if (!terminal) return
      process.stderr.write(`${line}${what}`)
      shown = true
    },
    signal: event => {
      clear()
      const signal = { event, args: [], comment: `gabarit letsencrypt ${verb}` }
      return runEvent(signal, places, system, report => sayReport(report, false, invocation))
    },
  }
}
