import { isDeepStrictEqual } from 'node:util'
import { refusal } from '../../../base/failure.ts'
import { expandTrial } from '../../../customize/expand-trial.ts'
import { withTrialSite } from '../../../customize/trial.ts'
import { NOTHING_OWNED, OWNED, type OwnedByFleet } from '../../../db/owned.ts'
import type { Records } from '../../../db/record.ts'
import { secretsAmong } from '../../../db/secrets.ts'
import type { Context } from '../../../plan/context.ts'
import type { Plan } from '../../../plan/plan.ts'
import { planOutputs } from '../../../plan/planner.ts'
import { restorePlan } from '../../../plan/restore.ts'
import { revealLastApplied } from '../../../plan/restore-entry.ts'
import { outermostFirst } from '../../../plan/target.ts'
import type { PropertyChange } from '../../../state/history/entry.ts'
import { type Snapshot, takeSnapshot } from '../../../state/history/snapshot.ts'
import { readManifest } from '../../../state/manifest.ts'
import { fileGoals, keepingCopies } from './files.ts'
import { changesTo, goalOf, type HostRecords } from './goal.ts'
import type { Order } from './order.ts'
import type { Resolved } from './resolve.ts'

/** What taking a release does. */
export interface TakePlan {
  readonly plan: Plan
  readonly changes: readonly PropertyChange[]
  /** What somebody had set here, and comes back if the release does not stay. */
  readonly replaced: readonly PropertyChange[]
  /** What is in effect afterwards, without what else is pending. */
  readonly databases: Snapshot
  /** Values that must not be said. */
  readonly secrets: readonly string[]
  readonly former: OwnedByFleet
  readonly owned: OwnedByFleet
  /** What stays as it is, in words. */
  readonly notes: readonly string[]
}

/**
 * The properties and files of a release, and what the templates then make of them, in one plan. Pending properties of the host stay
 * pending.
 * @throws Failure (refused) if a template cannot be expanded with them, a value is not valid, or a file is in the way
 */
export function planTake(
  { values, files }: Resolved,
  turn: Pick<Order, 'release' | 'attempt' | 'controllers'>,
  context: Context,
): TakePlan {
  const { places, system, descriptions } = context
  const former = OWNED.read(places) ?? NOTHING_OWNED
  const records = recordsHere(context, former)
  const site = fileGoals(files, former, context)
  const goal = goalOf(values, records, (database, { key, type, properties }, property) => {
    const described = descriptions.of(database, key, type)?.properties.get(property)
    return described?.default === properties.get(property)
  })
  const unknown = [...records.present.keys()].filter(name => !goal.has(name))
  const wanted = new Map<string, Records>([...unknown.map(name => [name, new Map()] as const), ...goal])
  const made = withTrialSite(context, site.site, trial => {
    const { databases, ...made } = expandTrial(wanted, new Map(), trial)
    const secrets = secretsAmong(trial.places, databases)
    return { ...made, secrets, databases: new Map([...databases].filter(([name]) => !unknown.includes(name))) }
  })
  const present = readManifest(places)
  const outputs = planOutputs({ places, system }, made.outputs, made.templates)
  const own = restorePlan(places, system, site.restored, site.emptied, outputs.manifest, present)
  const { changes, replaced, values: ownedValues } = changesTo(made.databases, values, records)
  return {
    ...{ changes, replaced, databases: made.databases, secrets: made.secrets, former, notes: site.notes },
    plan: {
      ...outputs,
      changes: [...keepingCopies(own.changes, former), ...outputs.changes],
      folders: outermostFirst([...own.folders, ...outputs.folders]),
      emptied: own.emptied ?? [],
      manifestChanged: !isDeepStrictEqual(outputs.manifest, present),
    },
    owned: {
      ...{ release: turn.release, attempt: turn.attempt, controllers: turn.controllers },
      ...{ values: ownedValues, files: site.owned },
    },
  }
}

/** @throws Failure (refused) before the first event: there is nothing to go back to */
function recordsHere({ places }: Context, owned: OwnedByFleet): HostRecords {
  const applied = revealLastApplied(places, () => undefined)
  if (applied === undefined)
    throw refusal('no event has run on this host yet', {
      hint: 'Nothing was changed. First: signal-event post-install',
    })
  const known = [...applied].flatMap(([name, records]) => (records === undefined ? [] : [[name, records] as const]))
  return { applied: new Map(known), present: takeSnapshot(places), owned }
}
