import { EXIT, Failure } from '../../../base/failure.ts'
import { changeDatabase } from '../../../db/change.ts'
import { runEvent } from '../../../event/run.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { reporter } from '../../../terminal/reporter.ts'
import { askedBy } from '../../../terminal/run-context.ts'

/** What makes the files and services of both records. */
const EVENT = 'fleet-update'

/**
 * Sets properties of a service in the configuration, and has the event make it so.
 * @throws Failure if the event fails
 */
export async function settle(
  invocation: Invocation,
  command: string,
  key: 'etcd' | 'fleet',
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const { places, system } = invocation
  changeDatabase(places, 'configuration', { command }, draft => {
    if (draft.has(key)) draft.setprop(key, properties)
    else draft.set(key, 'service', properties)
  })
  invocation.progress(undefined)
  const asked = { ...askedBy(invocation, 'signal-event', [EVENT]), comment: command }
  // No window, not even over ssh: what the store knows by then would not go back with it.
  const status = await runEvent({ asked, withoutWindow: true }, { places, system, report: reporter(invocation) })
  if (status !== EXIT.done)
    throw new Failure(`the event ${EVENT} failed`, { status, hint: 'Mend what it reports, then repeat this command.' })
}
