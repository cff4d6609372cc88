import { runEvent } from '../../../event/run.ts'
import { freshRedact } from '../../../plan/redact.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { reporter } from '../../../terminal/reporter.ts'
import { askedBy } from '../../../terminal/run-context.ts'
import { clockAt, type World } from '../world.ts'

const LOOKS: ReadonlySet<string> = new Set(['check', 'limits', 'list', 'status'])

/** What a subcommand of `gabarit letsencrypt` works with. */
export function makeWorld(invocation: Invocation, verb: string): World {
  const { io, places, system, flag, value } = invocation
  const { say, warn, progress } = flag('json-lines') ? linesOfJson(invocation) : inWords(invocation)
  // Read-only commands leave no trace.
  const log = LOOKS.has(verb) || system.dryRun ? () => undefined : invocation.log
  const command = `gabarit letsencrypt ${verb}`
  const warned = new Set<string>()
  return {
    places,
    system,
    clock: clockAt(value('at'), io.now),
    command,
    givesWay: false,
    say: (line, data) => {
      say(line, data)
      log('info', line)
    },
    warn: message => {
      // The templates are expanded more than once, and repeat their warnings each time.
      if (warned.has(message)) return
      warned.add(message)
      warn(message)
      log('warning', message)
    },
    progress,
    signal: event => {
      invocation.progress(undefined)
      const asked = { ...askedBy(invocation, 'signal-event', [event]), comment: command }
      return runEvent({ asked }, { places, system, report: reporter(invocation) })
    },
  }
}

type Told = Pick<World, 'say' | 'warn' | 'progress'>

function inWords({ print, warn, progress }: Invocation): Told {
  return { say: print, warn, progress }
}

/** Each as the line of JSON that an event would print. */
function linesOfJson({ places, print }: Invocation): Told {
  const show = freshRedact(places)
  const line = (data: object) => print(show(JSON.stringify(data)))
  return {
    say: (step, data) => line(data ?? { kind: 'step', step }),
    warn: message => line({ kind: 'warning', message }),
    progress: step => line({ kind: 'step', step }),
  }
}
