import { adoptPlan } from '../drift/adopt.ts'
import { commitOne } from '../drift/commit-one.ts'
import { serverPath } from '../drift/find.ts'
import type { Invocation } from './command.ts'
import { inTurn } from './take-turn.ts'

/** `gabarit adopt FILE`: the edit of a file becomes a fragment of the site. */
export async function run(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const deed = { command: 'adopt', args: [path], comment: invocation.value('comment') ?? null }
  return inTurn(invocation, `gabarit adopt ${path}`, work => commitOne(work, deed, adoptPlan(work.context, path)))
}
