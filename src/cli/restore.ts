import { refusePinned, serverPath, wantedOutput } from '../customize/find.ts'
import { planOutputs } from '../plan/run.ts'
import type { Invocation } from '../terminal/command.ts'
import { askedBy } from '../terminal/run-context.ts'
import { inTurn } from '../terminal/take-turn.ts'
import { commitOne } from '../transaction/commit-one.ts'

/** `gabarit restore FILE`: regenerates a file that was edited or removed by hand. */
export async function run(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const asked = askedBy(invocation, 'restore', [path])
  return inTurn(invocation, `gabarit restore ${path}`, work => {
    refusePinned(work.context, path)
    return commitOne(work, asked, planOutputs(work.context, [wantedOutput(work.context, path)], []))
  })
}
