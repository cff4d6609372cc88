import { changeWord, planData } from '../plan/data.ts'
import { colourDiff, describeAttributes, unifiedDiff } from '../plan/diff.ts'
import { pinnedLine } from '../plan/drift-report.ts'
import type { Change, Plan } from '../plan/plan.ts'
import { makeRedact } from '../plan/redact.ts'
import type { Places } from '../system/places.ts'
import type { Invocation } from './command.ts'

/** One line for each file, after the fact. */
export function planSummary(plan: Plan): string[] {
  const changes = plan.changes.map(change => `${changeWord(change)} ${change.path}${note(change)}`)
  const folders = namedFolders(plan).map(({ path }) => `created folder ${path}`)
  return [...pinnedLines(plan), ...folders, ...(changes.length === 0 ? ['no file changed'] : changes)]
}

/** The unified diffs of a plan; secret values as asterisks. */
export function planAsText(plan: Plan, { places, colour }: Pick<Invocation, 'places' | 'colour'>): string {
  const pinned = pinnedLines(plan).map(line => `# ${line}\n`)
  const folders = [
    ...namedFolders(plan).map(({ path, attributes }) => `+ folder ${path} ${describeAttributes(attributes)}\n`),
    ...(plan.emptied ?? []).map(({ path }) => `- folder ${path}, if it is empty\n`),
  ]
  if (plan.changes.length === 0) return `${pinned.join('')}${folders.join('')}no file would change`
  const show = makeRedact(places)
  const texts = plan.changes.map(change => {
    const remark = note(change)
    const diff = unifiedDiff(change, show)
    return `${remark === '' ? '' : `# ${change.path}${remark}\n`}${colour ? colourDiff(diff) : diff}`
  })
  return [...pinned, ...folders, ...texts].join('')
}

function namedFolders({ folders }: Plan): Plan['folders'] {
  return folders.filter(({ named }) => named)
}

/** Pinned files are called to mind in every plan: they go without what templates and databases say. */
function pinnedLines({ drift }: Plan): string[] {
  return drift.filter(({ pinned }) => pinned !== undefined).map(pinnedLine)
}

/** A plan as JSON text. */
export function planAsJson(plan: Plan, places: Places): string {
  return JSON.stringify(planData(plan, makeRedact(places)), null, 2)
}

function note(change: Change): string {
  if (change.drift === 'removed by hand') return ' (was removed by hand, and is made again)'
  if (change.edited && change.kind !== 'attributes' && 'before' in change && change.before === undefined)
    return ' (somebody put a link in its place)'
  if (change.edited)
    return ' (was edited by hand since gabarit wrote it; the edited text is kept in /var/lib/gabarit/replaced)'
  if ((change.kind === 'write' || change.kind === 'remove') && change.takenOver)
    return ' (was not made by gabarit; the former text is kept in /var/lib/gabarit/replaced)'
  return ''
}
