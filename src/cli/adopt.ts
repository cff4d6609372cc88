import { adoptPlan } from '../customize/adopt.ts'
import { serverPath } from '../customize/wanted-output.ts'
import type { Invocation } from '../terminal/command.ts'
import { askedBy } from '../terminal/run-context.ts'
import { withEventLock } from '../terminal/with-event-lock.ts'
import { commitOne } from '../transaction/transaction.ts'

/** `gabarit adopt FILE`: turns a manual edit into a fragment of the site. */
export async function run(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const asked = askedBy(invocation, 'adopt', [path])
  return withEventLock(invocation, `gabarit adopt ${path}`, work =>
    commitOne(work, asked, adoptPlan(work.context, path)),
  )
}
