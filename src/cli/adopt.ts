import { adoptPlan } from '../customize/adopt.ts'
import { serverPath } from '../customize/find.ts'
import type { Invocation } from '../terminal/command.ts'
import { inTurn } from '../terminal/take-turn.ts'
import { commitOne } from '../transaction/commit-one.ts'

/** `gabarit adopt FILE`: the edit of a file becomes a fragment of the site. */
export async function run(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const runRequest = { command: 'adopt', args: [path], comment: invocation.value('comment') ?? null }
  return inTurn(invocation, `gabarit adopt ${path}`, work => commitOne(work, runRequest, adoptPlan(work.context, path)))
}
