import { Failure, orFailure, orUndefined } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'
import { JOURNAL } from '../../commit/journal.ts'
import { listDatabases } from '../../db/all-databases.ts'
import { lastGoodPath } from '../../db/damage.ts'
import { readDatabase } from '../../db/store.ts'
import { MEMORY } from '../../import/memory.ts'
import { oldSystemBelow } from '../../import/source.ts'
import { BASES } from '../../override/bases.ts'
import {
  CONFIRMATION,
  describeConfirmation,
  LAST_CONFIRMATION,
  moveAside,
  secondsLeft,
} from '../../state/confirmation.ts'
import { DATABASE_CHANGES } from '../../state/history/databases.ts'
import { History } from '../../state/history/history.ts'
import { MASKED_FILES } from '../../state/history/masked-files.ts'
import { maskingKeyProblem } from '../../state/history/masking.ts'
import { unfinishedFile, unfinishedIds } from '../../state/history/unfinished-names.ts'
import { readManifest } from '../../state/manifest.ts'
import { PINS } from '../../state/pins.ts'
import { livingHolder, readHolder } from '../../system/lock.ts'
import { describeHolder, holderIsDead, isElsewhere } from '../../system/lock-holder.ts'
import { databaseFile, type Places } from '../../system/places.ts'
import { exists } from '../../system/read-files.ts'
import { State } from '../../system/state.ts'
import { type Check, type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'
import { readPending } from '../../transaction/requests.ts'

/** Checks of gabarit's own files. */
export const STATE_CHECKS: readonly Check[] = [
  { id: 'databases', run: readable },
  { id: 'last-good', run: lastGood },
  { id: 'history', mend: 'gabarit apply', run: history },
  { id: 'state', run: stateFiles },
  { id: 'journal', run: journal },
  { id: 'lock', run: lock },
  { id: 'pending', run: pending },
  { id: 'confirmation', run: confirmation },
]

function readable({ places }: CheckedServer): readonly Diagnosis[] {
  const names = listDatabases(places)
  if (names.length === 0) {
    const message = 'this server is not set up yet'
    const old = oldSystemBelow(places.root)
    if (old === undefined) return [{ level: 'warning', message, command: 'gabarit setup' }]
    const command = `gabarit import --server ${shell(places.root)}`
    return [{ level: 'warning', message: `${message}, and has the databases of ${old}`, command }]
  }
  const damaged = names.flatMap((name): Diagnosis[] => {
    const { path: file } = databaseFile(places, name)
    const problem = problemOf(() => readDatabase(file))
    if (problem === undefined) return []
    const copy = lastGoodPath(file)
    const isGood = exists(copy) && problemOf(() => readDatabase(copy)) === undefined
    return [{ level: 'error', message: problem.describe(), ...(isGood ? { command: copyCommand(copy, file) } : {}) }]
  })
  return orOk(damaged, `${names.length} databases can be read`)
}

/** Without a copy, a damaged database cannot be restored. Of one without records, there is nothing to lose. */
function lastGood({ places }: CheckedServer): readonly Diagnosis[] {
  const found = listDatabases(places).flatMap((name): Diagnosis[] => {
    const { path: file } = databaseFile(places, name)
    const copy = lastGoodPath(file)
    const records = orUndefined(() => readDatabase(file))
    if (records === undefined || (records.size === 0 && !exists(copy))) return []
    const problem = exists(copy) ? problemOf(() => readDatabase(copy)) : new Failure('does not exist')
    if (problem === undefined) return []
    const message = `the last good copy of the database ${name} ${exists(copy) ? 'is damaged' : 'is missing'}`
    return [{ level: 'warning', message, command: copyCommand(file, copy) }]
  })
  return orOk(found, 'every database has a last good copy')
}

/** Events do without it, but a rollback does not. */
function history({ places }: CheckedServer): readonly Diagnosis[] {
  const history = new History(places)
  history.lastWhole()
  const damaged = history.ids().flatMap(id => problemOf(() => history.entry(id)) ?? [])
  return orOk(
    damaged.map(problem => ({ level: 'warning', message: problem.describe() })),
    'the history can be read',
  )
}

/** What events refuse to do without. */
function stateFiles({ places }: CheckedServer): readonly Diagnosis[] {
  const files = [PINS, BASES, MEMORY, DATABASE_CHANGES, MASKED_FILES, ...unfinishedIds(places).map(unfinishedFile)]
  const looks = [() => readManifest(places), ...files.map(file => () => file.read(places))]
  const damaged = looks.flatMap(look => problemOf(look) ?? [])
  const harmless = [problemOf(() => LAST_CONFIRMATION.read(places))?.describe(), maskingKeyProblem(places)]
  return orOk(
    [
      ...folderProblems(places),
      ...damaged.map((problem): Diagnosis => ({ level: 'error', message: problem.describe() })),
      ...harmless.flatMap((message): Diagnosis[] => (message === undefined ? [] : [{ level: 'warning', message }])),
    ],
    'what gabarit keeps for itself can be read',
  )
}

const FOLDERS = ['', 'history', 'objects', 'written', 'replaced', 'overrides']

function folderProblems({ databases, files, state }: Places): Diagnosis[] {
  const folders = [...FOLDERS.map(name => state.path(name)), databases].map(path => new State(path, files))
  return folders
    .filter(folder => folder.isNoFolder())
    .map(folder => {
      const path = folder.path('')
      const what = folder.kind('') === 'link' ? 'a link that leads to no folder' : 'a file, not a folder'
      return { level: 'error', message: `${path} is ${what}`, command: `mv ${shell(path)} ${shell(`${path}.damaged`)}` }
    })
}

function journal({ places }: CheckedServer): readonly Diagnosis[] {
  const file = JOURNAL.path(places)
  if (JOURNAL.read(places) === undefined) return ok('no commit was interrupted')
  if (eventUnderWay(places)) return ok('a commit is under way')
  const message = `a commit was interrupted: ${file}. The next command that changes files undoes it`
  return [{ level: 'error', message, command: 'gabarit apply' }]
}

function lock({ places }: CheckedServer): readonly Diagnosis[] {
  const path = eventLock(places)
  const holder = orFailure(() => readHolder(path))
  if (holder instanceof Failure)
    return [{ level: 'error', message: holder.describe(), command: `rm -r ${shell(path)}` }]
  if (holder === undefined) return ok('the event lock is free')
  if (isElsewhere(holder)) {
    const message = `the event lock is held by ${describeHolder(holder)}. If that container is gone, remove the lock`
    return [{ level: 'warning', message, command: `rm ${shell(path)}` }]
  }
  if (!holderIsDead(holder)) return ok(`held by ${describeHolder(holder)}`)
  const message = `the event lock is left over from ${describeHolder(holder)}; the next event takes it over`
  return [{ level: 'warning', message, command: 'gabarit apply' }]
}

function pending({ places }: CheckedServer): readonly Diagnosis[] {
  return orOk(
    readPending(places).map(({ service, word }) => {
      const message = `the service ${service} still needs: ${word || 'adjust'}`
      return { level: 'warning', message, command: 'gabarit apply' }
    }),
    'no service adjustment is pending',
  )
}

/** A waiting change is in order as long as it can still be rolled back. */
function confirmation({ places }: CheckedServer): readonly Diagnosis[] {
  const open = orFailure(() => CONFIRMATION.read(places))
  if (open instanceof Failure) return [{ level: 'error', message: open.describe(), command: moveAside(places) }]
  if (open === undefined) return ok('no change is waiting for confirmation')
  const what = describeConfirmation(open)
  if (open.problem !== null)
    return [{ level: 'error', message: `${what}: rollback failed: ${open.problem}`, command: 'gabarit confirm cancel' }]
  if (secondsLeft(open) > 0) return ok(`waiting for confirmation: ${what}`)
  const message = `${what}: not confirmed in time, and not rolled back yet`
  return [{ level: 'error', message, command: 'gabarit confirm expired' }]
}

function eventLock(places: Places): string {
  return places.state.path('event.lock')
}

function eventUnderWay(places: Places): boolean {
  // The check of the lock reports what is wrong with it.
  return orUndefined(() => livingHolder(eventLock(places))) !== undefined
}

function problemOf(look: () => unknown): Failure | undefined {
  const found = orFailure(look)
  return found instanceof Failure ? found : undefined
}

function copyCommand(from: string, to: string): string {
  return `cp -p ${shell(from)} ${shell(to)}`
}
