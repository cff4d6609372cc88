import { refusePinned, serverPath, wantedOutput } from '../customize/wanted-output.ts'
import { planOutputs } from '../plan/expand.ts'
import type { Invocation } from '../terminal/command.ts'
import { askedBy } from '../terminal/run-context.ts'
import { withEventLock } from '../terminal/with-event-lock.ts'
import { commitOne } from '../transaction/transaction.ts'

/** `gabarit restore FILE`: regenerates a file that was edited or removed by hand. */
export async function run(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const asked = askedBy(invocation, 'restore', [path])
  return withEventLock(invocation, `gabarit restore ${path}`, work => {
    refusePinned(work.context, path)
    return commitOne(work, asked, planOutputs(work.context, [wantedOutput(work.context, path)], []))
  })
}
