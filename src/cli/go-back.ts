import type { Records } from '../db/record.ts'
import { planId } from '../plan/data.ts'
import type { Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import type { HistoryEntry, PropertyChange } from '../state/history/entry.ts'
import { History } from '../state/history/history.ts'
import { askFirst, confirmWithin } from '../terminal/ask-first.ts'
import { changeLines, hiddenChanges } from '../terminal/change-lines.ts'
import type { Invocation } from '../terminal/command.ts'
import { refuseOutdatedPlan } from '../terminal/outdated-plan.ts'
import { gatherer } from '../terminal/reporter.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import type { Work } from '../transaction/run.ts'
import { Transaction } from '../transaction/transaction.ts'
import { withCertificate } from '../transaction/way-back.ts'
import { summary } from './entry-lines.ts'

/** What going back to an entry, or undoing one, would do. */
export interface WayBack {
  /** What happens with the entry: `back to`. */
  readonly title: string
  readonly entry: HistoryEntry
  readonly plan: Plan
  /** Of databases, with secrets in clear. */
  readonly changes: readonly PropertyChange[]
  /** As they will be. */
  readonly databases: ReadonlyMap<string, Records>
  /** What else must be known before it is done. */
  readonly notes: readonly string[]
}

/**
 * Runs `gabarit rollback` or `revert`: shows the properties, then commits files and databases together.
 * @returns the exit status
 */
export function goBack(
  invocation: Invocation,
  command: string,
  find: (history: History, work: Work) => WayBack,
): Promise<number> {
  const { places, flag, value, print } = invocation
  return askFirst(invocation, (current, shown) => {
    const { gather, data } = gatherer(current)
    const json = flag('json')
    return withEventLock(
      current,
      `gabarit ${command}`,
      async work => {
        const { title, entry, changes, databases, notes, ...way } = find(new History(places), work)
        const context = { ...work.context, replaced: databases }
        const { plan, requests } = await withCertificate(way.plan, context)
        const id = planId(plan, changes)
        refuseOutdatedPlan(id, shown ?? value('plan'))
        const show = makeRedact(places)
        const properties = hiddenChanges(changes, show)
        if (!json && !flag('json-lines'))
          print([`${title}: ${summary(entry)}`, ...notes, ...changeLines(properties)].join('\n'))
        const asked = askedBy(current, command, [String(entry.id)])
        const transaction = new Transaction({ asked, ...confirmWithin(current) }, { ...work, context })
        const status = await transaction.applyWith(plan, changes, requests)
        const { dryRun } = current.system
        const all = { entry: entry.id, dryRun, status, notes, properties, ...data(), plan: id }
        if (json) print(show(JSON.stringify(all, null, 2)))
        return { status, plan: id }
      },
      json ? gather : undefined,
    )
  })
}
