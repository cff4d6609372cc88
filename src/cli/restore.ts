import { planOutputs } from '../apply/run.ts'
import { commitOne } from '../drift/commit-one.ts'
import { refusePinned, serverPath, wantedOutput } from '../drift/find.ts'
import type { Invocation } from './command.ts'
import { inTurn } from './take-turn.ts'

/** `gabarit restore FILE`: what was edited or removed by hand is as the templates make it again. */
export async function run(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const deed = { command: 'restore', args: [path], comment: invocation.value('comment') ?? null }
  return inTurn(invocation, `gabarit restore ${path}`, work => {
    refusePinned(work.context, path)
    return commitOne(work, deed, planOutputs(work.context, [wantedOutput(work.context, path)], []))
  })
}
