import { plural } from '../../base/plural.ts'
import { nameOfSecret, type StoredSecret, storedSecrets } from '../../state/secrets/survey.ts'
import type { Places } from '../../system/places.ts'
import { KEEPER } from '../../system/secrets/keeper.ts'
import { hasIdentity, IDENTITY, secretsFolder } from '../../system/secrets/machine-key.ts'
import { SWITCH } from '../../system/secrets/switch.ts'
import type { Invocation } from '../../terminal/command.ts'

/** How secrets are stored, and how each of them is. */
export interface SecretsStatus {
  readonly wanted: 'encrypted' | 'plain'
  /** It was interrupted. */
  readonly unfinished: boolean
  readonly secrets: readonly StoredSecret[]
  /** Stored in another way than they should be. */
  readonly others: readonly StoredSecret[]
  readonly unreadable: readonly StoredSecret[]
}

export function secretsStatus(places: Places): SecretsStatus {
  const { stored: wanted = 'plain', unfinished = false } = SWITCH.read(places) ?? {}
  const secrets = storedSecrets(places)
  const others = secrets.filter(({ stored }) => stored !== wanted)
  return { wanted, unfinished, secrets, others, unreadable: secrets.filter(({ problem }) => problem !== undefined) }
}

/** `gabarit secrets status` */
export async function run({ places, answer }: Invocation): Promise<number> {
  const { wanted, unfinished, secrets, others, unreadable } = secretsStatus(places)
  const names = others.map(nameOfSecret)
  const data = {
    stored: wanted,
    unfinished,
    identity: hasIdentity(places) ? identityFile(places) : null,
    secrets: secrets.length,
    encrypted: secrets.filter(({ stored }) => stored === 'encrypted').length,
    others: names,
    unreadable: unreadable.map(nameOfSecret),
  }
  const lines = [
    wanted === 'plain'
      ? `${plural(secrets.length, 'secret')}, stored in clear`
      : `${plural(secrets.length, 'secret')}, encrypted for this machine with ${identityFile(places)}`,
    ...(unfinished ? ['that was interrupted: the next command that changes files goes on'] : []),
    ...names.map(name => `${wanted === 'plain' ? 'still encrypted' : 'still in clear'}: ${name}`),
    ...unreadable.map(secret => `cannot be opened: ${nameOfSecret(secret)}`),
    // One reason for all, if the identity is missing.
    ...new Set(unreadable.map(({ problem }) => problem?.describe() ?? '')),
  ]
  return answer(data, lines.join('\n'), !unfinished && others.length === 0 && unreadable.length === 0)
}

/** Where the identity is, or should be. */
export function identityFile(places: Places): string {
  const folder = secretsFolder(places)
  return folder.path(folder.has(KEEPER.file) ? KEEPER.file : IDENTITY)
}
