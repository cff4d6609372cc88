import { identitiesIn, identityFile, newIdentity, recipientIn } from '../../archive/identity.ts'
import type { Keys, Lock } from '../../archive/sealed.ts'
import { refusal } from '../../base/failure.ts'
import type { Places } from '../../system/places.ts'
import { splitList } from '../../template/text.ts'
import type { Settings } from './settings.ts'
import { backupState } from './state.ts'

/** The key of this machine, as age-keygen writes one: for `backup verify`. */
const OWN = 'identity.txt'

/**
 * For whom archives are encrypted. Never for this machine alone, whose key is lost with its disk.
 * @throws Failure (refused) if the settings say nothing
 */
export async function lockOf(settings: Settings, places: Places): Promise<Lock> {
  const passphrase = settings.get('Passphrase') ?? ''
  const recipients = splitList(settings.get('Recipients'), ',')
  if (recipients.length > 0 && passphrase !== '')
    throw refusal('a backup has either Recipients or a Passphrase, not both', {
      hint: 'config setprop backup Passphrase ""',
    })
  if (passphrase !== '') return { passphrase }
  if (recipients.length > 0) return { recipients: [...recipients, await ownRecipient(places)] }
  throw refusal('nobody could open the backup: it has no recipient and no passphrase', {
    hint: [
      'Make a key on another machine and keep it there: age-keygen -o backup-key.txt',
      'config setprop backup Recipients age1…',
      'Or: config setprop backup Passphrase "at least four random words"',
    ].join('\n'),
  })
}

/** The keys that this machine has itself. */
export function ownKeys(settings: Settings, places: Places): Keys {
  const passphrase = settings.get('Passphrase') ?? ''
  const identities = identitiesIn(backupState(places).read(OWN)?.toString('utf8') ?? '')
  return { identities, ...(passphrase === '' ? {} : { passphrase }) }
}

async function ownRecipient(places: Places): Promise<string> {
  const state = backupState(places)
  const known = recipientIn(state.read(OWN)?.toString('utf8') ?? '')
  if (known !== undefined) return known
  const identity = await newIdentity()
  state.write(OWN, identityFile(identity))
  return identity.recipient
}
