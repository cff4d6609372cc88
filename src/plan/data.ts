import { identify } from '../base/identify.ts'
import { sha256 } from '../base/sha256.ts'
import type { PropertyChange } from '../state/history/entry.ts'
import { type Redact, unifiedDiff } from './diff.ts'
import type { Drifted } from './drift.ts'
import type { Change, Plan } from './plan.ts'
import { isSensitive } from './sensitive.ts'

const WORDS: Readonly<Record<Change['kind'], string>> = {
  write: 'changed',
  link: 'linked',
  remove: 'removed',
  attributes: 'owner and mode of',
}

/** What happens to a file, in a word: created, changed, removed, linked, put back. */
export function changeWord(change: Change): string {
  if (change.kind === 'write' && change.putBack) return 'put back'
  return change.kind === 'write' && change.before === undefined ? 'created' : WORDS[change.kind]
}

/**
 * A plan as plain data, for JSON.
 * @param show removes secrets from the diffs
 */
export function planData(plan: Plan, show: Redact) {
  return {
    plan: planId(plan),
    files: plan.changes.map(change => ({
      path: change.path,
      change: changeWord(change),
      template: `/${change.template}`,
      edited: change.edited,
      sensitive: isSensitive(change.path),
      state: change.drift,
      diff: unifiedDiff(change, show),
    })),
    folders: plan.folders.filter(({ named }) => named).map(({ path }) => path),
    notify: plan.notify,
    drift: driftData(plan.drift),
  }
}

/** Drift as plain data, for JSON. */
export function driftData(drifted: readonly Drifted[]) {
  return drifted.map(({ path, template, state, pinned }) => ({
    ...{ path, template: `/${template}`, state, pinned: pinned ?? null },
  }))
}

/** What makes a plan the one it is. */
type Deeds = Pick<Plan, 'changes' | 'folders' | 'notify'>

/** The plan of an event that makes no files. */
export const NOTHING: Deeds = { changes: [], folders: [], notify: [] }

/**
 * Identifies a plan by everything it would do: a different state of databases, templates or files gives a different id.
 * @param properties that change with the files
 */
export function planId(plan: Deeds, properties: readonly PropertyChange[] = []): string {
  return identify([plan.changes.map(changeParts), plan.folders, plan.notify, properties])
}

/** Everything that distinguishes one change from another, as plain data. */
export function changeParts(change: Change): readonly unknown[] {
  return [
    change.path,
    change.kind,
    'before' in change && Buffer.isBuffer(change.before) ? sha256(change.before) : null,
    'after' in change ? (change.made ?? sha256(change.after)) : null,
    'attributes' in change ? change.attributes : null,
    'target' in change ? change.target : null,
  ]
}
