import { cached } from '../../base/cached.ts'
import { refusal } from '../../base/failure.ts'
import type { Paths } from '../places.ts'
import { State } from '../state.ts'
import { KEEPER } from './keeper.ts'

/** Where to look for the key. */
export type KeyPlaces = Pick<Paths, 'stateFolder' | 'files'>

/** The age identity of this machine, as age-keygen writes one: everything that encrypts its secrets follows from it. */
export const IDENTITY = 'identity.txt'

/** What encrypts the secrets of this machine, and a name for it that says nothing about it. */
export interface MachineKey {
  readonly id: string
  readonly bytes: Buffer
}

/** The folder of the identity, for nobody but root. */
export function secretsFolder({ stateFolder, files }: KeyPlaces): State {
  return new State(stateFolder, files).within('secrets')
}

/** What has opened a value is kept until the process ends: to derive it again for each of thousands takes a while. */
const known = new Map<string, MachineKey>()

/**
 * The key that encrypts.
 * @throws Failure (refused) if the identity is missing or damaged
 */
export function machineKey(places: KeyPlaces): MachineKey {
  const folder = secretsFolder(places)
  const key = keyOf(identityOf(folder))
  known.set(folder.folder, key)
  return key
}

/** The key that opens what one of this name has encrypted; if there is none, the present one. */
export function keyFor(id: string, places: KeyPlaces): MachineKey {
  const kept = known.get(secretsFolder(places).folder)
  return kept?.id === id ? kept : machineKey(places)
}

/** Whether this machine has an identity, perhaps a damaged one. */
export function hasIdentity(places: KeyPlaces): boolean {
  const folder = secretsFolder(places)
  return folder.has(IDENTITY) || folder.has(KEEPER.file)
}

/** The identity in its folder. @throws Failure (refused) if it is missing or damaged */
export function identityOf(folder: State): string {
  const text = folder.has(KEEPER.file) ? KEEPER.open(folder.path(KEEPER.file)) : folder.read(IDENTITY)?.toString('utf8')
  const where = folder.path(folder.has(KEEPER.file) ? KEEPER.file : IDENTITY)
  const hint = [
    'Put it back from a copy, with mode 0600. Without one, nobody can read the encrypted secrets any more:',
    'gabarit secrets encrypt --new-identity   # then set each of them again: gabarit secrets status',
  ].join('\n')
  if (text === undefined)
    throw refusal('the identity that opens the secrets of this machine is missing', { where, hint })
  const [identity] = /^AGE-SECRET-KEY-1[A-Z0-9]{58}$/m.exec(text) ?? []
  if (identity === undefined)
    throw refusal('the identity that opens the secrets of this machine is damaged', { where, hint })
  return identity
}

const derived = new Map<string, MachineKey>()

function keyOf(identity: string): MachineKey {
  return cached(derived, identity, () => {
    // Loaded on demand: most commands read no secret.
    const { hkdfSync } = process.getBuiltinModule('node:crypto')
    const bytes = Buffer.from(hkdfSync('sha256', identity, '', 'gabarit secrets at rest 1', 36))
    return { id: bytes.subarray(32).toString('hex'), bytes: bytes.subarray(0, 32) }
  })
}
