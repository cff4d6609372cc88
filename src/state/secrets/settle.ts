import { Failure, orFailure } from '../../base/failure.ts'
import { OWNED } from '../../db/owned.ts'
import { type StoredForm, secretDescriptions } from '../../db/sealing.ts'
import { writeTransaction } from '../../db/store.ts'
import type { DatabaseFile, Places } from '../../system/places.ts'
import { KEEPER } from '../../system/secrets/keeper.ts'
import { IDENTITY, secretsFolder } from '../../system/secrets/machine-key.ts'
import { SWITCH } from '../../system/secrets/switch.ts'
import { hideInHistory } from '../history/hide-former.ts'
import { databasesWithSecrets, secretsIn } from './survey.ts'

/** What was done, in words. */
export interface Settled {
  readonly message: string
  /** What could not be done yet. Absent: nothing. */
  readonly problem?: Failure
}

/**
 * Stores all secrets as the administrator has decided, with the last good copies and the history: if that was interrupted, or
 * a description has made something secret since. Each file is replaced as a whole and can be read before and after, so this can
 * be interrupted anywhere, and repeated. The caller holds the event lock.
 * @returns undefined if there was nothing to do
 * @throws Failure if the identity or a database cannot be read
 */
export function settleSecrets(places: Places, command: string): Settled | undefined {
  const wanted = SWITCH.read(places)
  if (wanted === undefined) return undefined
  if (wanted.stored === 'plain') return makePlain(places, command)
  const files = wanted.unfinished === true ? databasesWithSecrets(places) : withPlainSecrets(places)
  if (files.length === 0 && !isOwnedPlain(places)) return undefined
  SWITCH.write(places, { stored: 'encrypted', unfinished: true })
  rewrite(places, files, command, 'encrypted')
  const problem = orFailure(() => hideInHistory(places))
  const message = `encrypted the secrets of ${namesOf(files) || 'the fleet'}`
  if (problem instanceof Failure) return { message, problem }
  SWITCH.write(places, { stored: 'encrypted' })
  return { message }
}

function withPlainSecrets(places: Places): DatabaseFile[] {
  const descriptions = secretDescriptions(places)
  const isPlain = (file: DatabaseFile) => secretsIn(file, descriptions).some(({ stored }) => stored === 'plain')
  return databasesWithSecrets(places).filter(isPlain)
}

/** The note of what the fleet has set here, as a backup brings it. */
function isOwnedPlain(places: Places): boolean {
  return places.state.within('fleet').read(OWNED.name)?.includes('"sealed"') === false
}

function namesOf(files: readonly DatabaseFile[]): string {
  const nameOf = ({ of }: DatabaseFile) => [...(of?.part === undefined ? [] : ['fleet', of.part]), of?.name].join('/')
  return files.map(nameOf).join(', ')
}

/** The history never has secrets, so nothing needs the identity any more. */
function makePlain(places: Places, command: string): Settled {
  const files = databasesWithSecrets(places)
  rewrite(places, files, command, 'plain')
  const folder = secretsFolder(places)
  for (const name of [IDENTITY, KEEPER.file, SWITCH.name]) folder.removeDurably(name)
  places.state.removeFolder('secrets')
  return { message: `the secrets of ${namesOf(files)} are stored in clear` }
}

function rewrite(places: Places, files: readonly DatabaseFile[], command: string, storeAll: StoredForm): void {
  for (const file of files) writeTransaction(file, { command, storeAll }, () => undefined)
  // Secrets that the fleet has set are in its note, too.
  const owned = OWNED.read(places)
  if (owned !== undefined) OWNED.write(places, owned)
  // What a killed writer has left may hold secrets. Nobody writes these now.
  const notes = /^\.(confirmation|database-changes|unfinished-\d+)\.json\b.*new$/
  for (const name of places.state.list()) if (notes.test(name)) places.state.remove(name)
}
