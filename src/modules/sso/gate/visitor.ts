import type { Log } from './log.ts'
import type { Login } from './saml/login.ts'
import { Rejected } from './saml/rejected.ts'
import type { Session } from './sessions.ts'
import type { Place, Settings } from './settings.ts'

/** What a header can carry, without what separates groups. */
const WORD = /^[\x21-\x2b\x2d-\x7e]([\x20-\x2b\x2d-\x7e]*[\x21-\x2b\x2d-\x7e])?$/

/** Who somebody is for the applications. */
export interface Visitor {
  readonly user: string
  readonly groups: readonly string[]
}

/**
 * @throws Rejected if the provider does not name the user, or by a name that no header can carry
 */
export function visitorOf({ nameId, attributes }: Login, settings: Settings, log: Log): Visitor {
  const { userAttribute, groupsAttribute } = settings
  const user = userAttribute === '' ? nameId.value : attributes.get(userAttribute)?.[0]
  if (user === undefined) throw new Rejected(`the provider sends no attribute ${userAttribute}`)
  if (!WORD.test(user)) throw new Rejected(`no header can carry the name ${JSON.stringify(user)}`)
  const all = [...new Set(attributes.get(groupsAttribute))]
  const groups = all.filter(group => WORD.test(group))
  for (const group of all)
    if (!groups.includes(group)) log('warning', `${user}: no header can carry the group ${JSON.stringify(group)}`)
  return { user, groups }
}

/** Whether somebody may come in. */
export function mayEnter({ groups }: Session, place: Place): boolean {
  return place.groups.length === 0 || place.groups.some(group => groups.includes(group))
}
