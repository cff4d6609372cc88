import { secretValues } from '../db/secrets.ts'
import { changeWord, planData } from '../plan/data.ts'
import { colourDiff, unifiedDiff } from '../plan/diff.ts'
import type { Change, Plan } from '../plan/plan.ts'
import type { Places } from '../system/places.ts'
import type { Invocation } from './command.ts'

/** One line for each file, after the fact. */
export function planSummary(plan: Plan): string[] {
  if (plan.changes.length === 0) return ['no file changed']
  return plan.changes.map(change => `${changeWord(change)} ${change.path}${note(change)}`)
}

/** The unified diffs of a plan; secret values as asterisks. */
export function planAsText(plan: Plan, { places, colour }: Pick<Invocation, 'places' | 'colour'>): string {
  if (plan.changes.length === 0) return 'no file would change'
  const secrets = secretValues(places)
  const texts = plan.changes.map(change => {
    const remark = note(change)
    const diff = unifiedDiff(change, secrets)
    return `${remark === '' ? '' : `# ${change.path}${remark}\n`}${colour ? colourDiff(diff) : diff}`
  })
  return texts.join('')
}

/** A plan as JSON text. */
export function planAsJson(plan: Plan, places: Places): string {
  return JSON.stringify(planData(plan, secretValues(places)), null, 2)
}

function note(change: Change): string {
  if (change.edited)
    return ' (was edited by hand since gabarit wrote it; the edited text is kept in /var/lib/gabarit/replaced)'
  if ((change.kind === 'write' || change.kind === 'remove') && change.takenOver)
    return ' (was not made by gabarit; the former text is kept in /var/lib/gabarit/replaced)'
  return ''
}
