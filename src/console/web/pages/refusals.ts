import type { Refusal, Refusing } from '../../protocol.ts'
import type { Key } from '../text/languages.ts'
import type { Visit } from '../visit.ts'

const TEXTS: Readonly<Record<Refusal, Key>> = {
  session: 'refusedSession',
  proof: 'refusedProof',
  wrong: 'refusedWrong',
  locked: 'refusedLocked',
  unprovable: 'refusedUnprovable',
  forbidden: 'refusedForbidden',
  outdated: 'refusedOutdated',
  name: 'refusedName',
  taken: 'refusedTaken',
  unasked: 'refusedUnasked',
}

/** Why the helper has refused, in the language of the visit. */
export function refusalText(visit: Visit, { why, message }: Refusing): string {
  if (why === 'locked') return visit.say('refusedLocked', /(\d+) s\b/.exec(message)?.[1] ?? '')
  if (why === 'unprovable') return visit.say('refusedUnprovable', visit.user)
  return why === 'forbidden' ? `${visit.say('refusedForbidden')} ${message}` : visit.say(TEXTS[why])
}
