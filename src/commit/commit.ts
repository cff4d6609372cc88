import { basename, dirname, join } from 'node:path'
import { Failure, refusal } from '../base/failure.ts'
import { sha256 } from '../base/sha256.ts'
import type { Change, Plan } from '../plan/plan.ts'
import { MANIFEST } from '../state/manifest.ts'
import { keepCopy } from '../state/replaced.ts'
import { systemReason } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'
import type { Companion } from '../system/state-file.ts'
import type { System } from '../system/system.ts'
import { cleanUp, JOURNAL, type Journal, type JournalEntry, removeBackups, undo } from './journal.ts'

interface Step {
  readonly entry: JournalEntry
  /** Creates the new file or link next to the target. */
  readonly stage?: () => void
  /** Puts it in place. */
  readonly commit: () => void
}

/**
 * Commits a plan: all files or none. Everything is staged next to its target and checked before the first rename. A journal
 * written before the first step lets the next command undo an interrupted commit.
 * The caller holds the event lock and has called `recover()`.
 * @param judge checks the staged files; if it throws, nothing has changed. It returns a function that is called once all files
 * are in place. Until that has returned, they can still be undone: if it throws, or by the next command after a crash
 * @param companions put in place before the first target
 * @throws Failure (refused) if it failed; everything is then as before
 */
export async function commit(
  plan: Plan,
  places: Places,
  system: System,
  judge: () => Promise<(() => Promise<void>) | undefined>,
  companions: readonly Companion[] = [],
): Promise<void> {
  const { changes, folders, emptied = [] } = plan
  if (changes.length + folders.length + emptied.length + companions.length === 0 && !plan.manifestChanged) return
  const steps = companions.map(companion => companionStep(companion, system))
  steps.push(...changes.map(change => stepFor(change, system)))
  if (plan.manifestChanged) steps.push(companionStep(MANIFEST.companion(places, plan.manifest), system))
  const journal: Journal = {
    phase: 'prepared',
    entries: steps.map(({ entry }) => entry),
    folders: folders.map(({ real }) => real),
    emptied: emptied.map(({ real }) => real),
  }
  try {
    places.state.makeFolder()
    // A leftover of a journal that was moved away by hand must not count as the old content.
    removeBackups(system, journal)
    JOURNAL.write(places, journal)
  } catch (error) {
    JOURNAL.remove(places)
    throw writeFailure(error)
  }
  try {
    for (const { real, attributes, named } of folders) {
      system.makeFolder(real)
      if (named) system.setAttributes(real, attributes)
    }
    for (const step of steps) step.stage?.()
    const lastWord = await judge()
    keepReplaced(plan, places, system)
    for (const step of steps) step.commit()
    for (const folder of new Set([...steps.map(({ entry }) => entry), ...folders].map(({ real }) => dirname(real))))
      system.syncFolder(folder)
    await lastWord?.()
    JOURNAL.write(places, { ...journal, phase: 'committed' })
  } catch (error) {
    putBack(journal, places, system, error instanceof Failure ? error : writeFailure(error))
  }
  try {
    cleanUp(system, journal)
    JOURNAL.remove(places)
  } catch {
    // All files are in place. The next command removes leftovers.
  }
}

/** Undoes what was done so far, and throws the reason. */
function putBack(journal: Journal, places: Places, system: System, failure: Failure): never {
  try {
    undo(system, journal)
    JOURNAL.remove(places)
  } catch (error) {
    throw new Failure(`${failure.message}\nand not everything could be restored: ${systemReason(error)}`, {
      where: failure.where,
      hint: 'The next gabarit command that changes files restores the rest.',
      cause: error,
    })
  }
  throw failure
}

/** An error of the operating system before anything was changed, as a refusal. */
export function writeFailure(error: unknown): Failure {
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined
  return refusal(`could not be written: ${systemReason(error)}`, {
    where: path && targetOf(path),
    hint: 'Nothing was changed.',
    cause: error,
  })
}

const NEW = '.gabarit-new'
const BEFORE = '.gabarit-before'

/** Hidden names next to the target: on the same file system, and not matched by patterns like `conf.d/*.conf`. */
function beside(real: string, suffix: string): string {
  return join(dirname(real), `.${basename(real)}${suffix}`)
}

function targetOf(path: string): string {
  const name = basename(path)
  const suffix = [NEW, BEFORE].find(ending => name.endsWith(ending))
  return suffix === undefined ? path : join(dirname(path), name.slice(1, -suffix.length))
}

function stepFor(change: Change, system: System): Step {
  const { real } = change
  switch (change.kind) {
    case 'attributes': {
      const { uid, gid, mode } = change.before
      return {
        entry: { real, attributes: { uid, gid, mode } },
        commit: () => system.setAttributes(real, change.attributes),
      }
    }
    case 'remove': {
      const backup = beside(real, BEFORE)
      return { entry: { real, backup }, commit: () => system.rename(real, backup) }
    }
    case 'link': {
      const made = change.exists ? undefined : change.target
      return replacing(real, made, system, staged => system.symlink(change.target, staged))
    }
    case 'write': {
      const exists = change.before !== undefined || change.replacesLink !== undefined
      const made = exists ? undefined : sha256(change.after)
      return replacing(real, made, system, staged => system.writeNew(staged, change.after, change.attributes))
    }
  }
}

function companionStep({ real, text, placed }: Companion, system: System): Step {
  const made = system.state(real) === undefined ? sha256(text) : undefined
  const make = (staged: string) => system.writeNew(staged, text, { mode: 0o600, uid: 0, gid: 0 })
  return replacing(real, made, system, make, placed)
}

/**
 * @param made identifies the new file or link in the journal, if there is nothing yet that it replaces
 * @param make creates it
 */
function replacing(
  real: string,
  made: string | undefined,
  system: System,
  make: (staged: string) => void,
  placed?: () => void,
): Step {
  const staged = beside(real, NEW)
  const backup = beside(real, BEFORE)
  return {
    entry: made === undefined ? { real, staged, backup } : { real, staged, made },
    stage: () => {
      system.remove(staged)
      make(staged)
    },
    commit: () => {
      if (made === undefined) system.link(real, backup)
      system.rename(staged, real)
      placed?.()
    },
  }
}

/** Copies manually edited files before they are replaced, so that no edit is ever lost. */
function keepReplaced(plan: Plan, places: Places, system: System): void {
  const stamp = new Date().toISOString().replaceAll(':', '')
  for (const change of plan.changes) {
    if (change.kind === 'attributes' || change.kind === 'link' || change.before === undefined) continue
    if (change.edited || change.takenOver) keepCopy(places, system, change.path, change.before, stamp)
  }
}
