import { join } from 'node:path'
import { Failure, unlessFailed } from '../base/failure.ts'
import { withTrial } from '../customize/trial.ts'
import { survey } from '../event/survey.ts'
import { findOverrides } from '../override/state.ts'
import type { Context } from '../plan/context.ts'
import type { Plan } from '../plan/plan.ts'
import { restorationTo } from '../plan/restore-entry.ts'
import { databaseChanges } from '../state/history/databases.ts'
import { type HistoryEntry, tookEffect } from '../state/history/entry.ts'
import type { History } from '../state/history/history.ts'
import { takeSnapshot } from '../state/history/snapshot.ts'
import type { Invocation } from '../terminal/command.ts'
import { goBack } from './go-back.ts'
import { numberOf } from './history.ts'

/** `gabarit rollback [ID]`: returns to the state after entry ID, or before the last entry. */
export function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  return goBack(invocation, 'rollback', (history, { context }) => {
    const entry = wantedEntry(history, args[0])
    const { plan, databases: previous, notes: found } = restorationTo(entry, history, places, context.system)
    const changes = databaseChanges(takeSnapshot(places), previous)
    const databases = new Map([...previous].map(([name, records]) => [name, records ?? new Map()] as const))
    const notes = [...found, ...madeDifferently(plan, { ...context, replaced: databases })]
    return { title: 'back to', entry, plan, changes, databases, notes }
  })
}

/**
 * Files that the next event would change again: the history has databases and files, but no templates. Where today's cannot be
 * looked at, the way back stays open.
 */
function madeDifferently(plan: Plan, context: Context): string[] {
  const folder = join(context.places.site, 'templates-custom/')
  const restored = plan.changes.flatMap(change => {
    const text = change.kind === 'write' ? Buffer.from(change.after).toString() : undefined
    return change.real.startsWith(folder) ? [[change.real.slice(folder.length), text] as const] : []
  })
  const texts = new Map(restored)
  const quiet = { ...context, warn: () => undefined }
  const { outputs = [] } = unlessFailed(() => withTrial(quiet, texts, survey)) ?? {}
  const wanted = new Map(outputs.map(output => [output.path, output] as const))
  const overrides = findOverrides(context.places, context.layers)
  return plan.changes.flatMap(change => {
    const output = wanted.get(change.path)
    const content = change.kind === 'write' ? change.after : change.kind === 'remove' ? undefined : output?.content
    if (output === undefined || sameText(output.content, content)) return []
    const own = overrides.filter(
      ({ kind, path }) => kind === 'template' && !texts.has(path) && `${path}/`.startsWith(`${output.template}/`),
    )
    const names = own.length === 0 ? '' : ` (overrides: ${own.map(({ file }) => file).join(', ')})`
    return `${change.path}: the next event makes it differently, because its templates or this server have changed${names}`
  })
}

function sameText(wanted: string | undefined, content: string | Uint8Array | undefined): boolean {
  return wanted === undefined || content === undefined
    ? wanted === content
    : Buffer.from(wanted).equals(Buffer.from(content))
}

function wantedEntry(history: History, id: string | undefined): HistoryEntry {
  if (id !== undefined) return history.entry(numberOf(id, 'the entry'))
  const before = history.after(0).filter(tookEffect).at(-2)
  if (before === undefined) throw new Failure('there is nothing to roll back', { hint: 'See gabarit history.' })
  return before
}
