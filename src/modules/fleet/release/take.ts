import { identitiesIn } from '../../../archive/identity.ts'
import { EXIT, Failure, orFailure, refusal } from '../../../base/failure.ts'
import { OWNED, type OwnedByFleet } from '../../../db/owned.ts'
import { CONFIRMATION, describeConfirmation } from '../../../state/confirmation.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { hiding } from '../../../terminal/hiding.ts'
import { reporter } from '../../../terminal/reporter.ts'
import { askedBy, withEventLock } from '../../../terminal/run-context.ts'
import type { Work } from '../../../transaction/run.ts'
import { Transaction } from '../../../transaction/transaction.ts'
import { fleetFile, type Member, needMember } from '../member.ts'
import { openBundle } from './bundle.ts'
import { join } from './chunks.ts'
import { type Order, verifyOrder } from './order.ts'
import type { Resolved } from './resolve.ts'
import type { Source } from './source.ts'
import { planTake } from './take-plan.ts'
import { noteRefused, noteTaking, seenTurn, turnName, turnState } from './turn.ts'

/**
 * Takes the order that waits for this host, if there is one that it has not tried yet.
 * @returns the exit status: 0 also if there is nothing to do, or it waits for its confirmation
 */
export async function take(invocation: Invocation, source: Source): Promise<number> {
  const { places, print } = invocation
  const member = needMember(places)
  const stored = await source.order()
  if (stored === undefined) {
    print('no release has been published for this host')
    return EXIT.done
  }
  const order = verifyOrder(stored, { ...member, seen: seenTurn(places) })
  const state = turnState(places)
  const isSame = state.release === order.release && state.attempt === order.attempt
  if (isSame && (state.waits || state.state !== 'applying')) {
    print(`release ${order.release} has been tried already: ${state.state}`)
    return EXIT.done
  }
  refuseWhileWaiting(invocation)
  const contents = await refusing(invocation, order, () => fetchBundle(order, member, source, invocation))
  return refusing(invocation, order, () => carryOut(order, contents, invocation))
}

/** A change that waits for its confirmation is not the fault of the order: it is tried again later. */
function refuseWhileWaiting({ places }: Invocation): void {
  const open = CONFIRMATION.read(places)
  if (open !== undefined) throw new Failure(`a change is waiting for confirmation here: ${describeConfirmation(open)}`)
}

async function fetchBundle(
  { bundle, release }: Order,
  { fleet, host }: Member,
  source: Source,
  { places }: Invocation,
) {
  const bytes = await join(bundle, name => source.part(name))
  return openBundle(bytes, identitiesIn(fleetFile(places, 'identity')), { fleet, host, release })
}

/** What is refused is noted: the same order is not tried again. */
async function refusing<Result>(
  { places, system }: Invocation,
  order: Order,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Failure && error.status === EXIT.refused && !system.dryRun) {
      // A full disk may be the reason, and then there is no room for the note either.
      const noted = orFailure(() => noteRefused(places, order, error.describe()))
      if (noted instanceof Failure)
        throw refusal(`${error.message}\n${noted.message}`, { where: error.where, hint: error.hint })
    }
    throw error
  }
}

function carryOut(order: Order, contents: Resolved, invocation: Invocation): Promise<number> {
  const { places } = invocation
  return withEventLock(invocation, 'gabarit fleet take', work => {
    noteTaking(places, order)
    return commit(contents, order, invocation, work, ['take', turnName(order)])
  })
}

/**
 * What the fleet has set on this host goes, as if a release named nothing any more: former values come back, unless somebody has
 * changed them here.
 * @returns the exit status
 */
export function letGo(invocation: Invocation): Promise<number> {
  const owned = OWNED.read(invocation.places)
  if (owned === undefined || owned.values.length + owned.files.length === 0) return Promise.resolve(EXIT.done)
  const nothing = { values: [], files: [] }
  return withEventLock(invocation, 'gabarit fleet leave', work => commit(nothing, owned, invocation, work, ['leave']))
}

function commit(
  contents: Resolved,
  turn: Pick<Order, 'release' | 'attempt' | 'controllers'> & Partial<Pick<Order, 'within'>>,
  invocation: Invocation,
  work: Work,
  args: readonly string[],
): Promise<number> {
  const { places } = invocation
  const found = planTake(contents, turn, work.context)
  const quiet = hiding(found.secrets, invocation)
  for (const note of found.notes) quiet.print(note)
  const text = (owned: OwnedByFleet) => OWNED.companion(places, owned).text
  const request = {
    ...{ asked: askedBy(invocation, 'fleet', args), confirmWithin: turn.within },
    ...{ secrets: found.secrets, databases: found.databases, replaced: found.replaced },
    alongside: [{ name: `fleet/${OWNED.name}`, before: text(found.former), after: text(found.owned) }],
  }
  const context = { ...work.context, replaced: found.databases, warn: quiet.warn }
  return new Transaction(request, { ...work, context, report: reporter(quiet) }).applyWith(found.plan, found.changes)
}
