import { join } from 'node:path'
import { EXIT, usageFailure } from '../base/failure.ts'
import { actionOf } from '../event/actions.ts'
import { runAction } from '../event/run.ts'
import { isExecutable } from '../system/read-files.ts'
import type { Invocation } from '../terminal/command.ts'
import { reporter } from '../terminal/reporter.ts'
import { askedBy, barrierOptions } from '../terminal/run-context.ts'

/** `gabarit act ACTION EVENT [ARGUMENT...]`: for actions called by something other than an event of gabarit. */
export function run(invocation: Invocation): Promise<number> {
  const { args, places, system } = invocation
  const [name = '', ...rest] = args
  const file = join(places.shipped, 'events/actions', name)
  if (actionOf({ name, file, realFile: file }, places) === undefined) {
    if (!isExecutable(file)) throw usageFailure(`there is no action "${name}"`)
    invocation.warn(`${name} does nothing: the module that it belongs to is not here`)
    return Promise.resolve(EXIT.done)
  }
  const asked = askedBy(invocation, name, rest)
  return runAction(file, { asked, ...barrierOptions(invocation) }, { places, system, report: reporter(invocation) })
}
