import { EXIT, Failure, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { plural } from '../base/plural.ts'
import { sayTime } from '../base/time.ts'
import { INVITATION_MINUTES, invite } from '../console/access/invitations.ts'
import { closeSessions, openSessions } from '../console/access/sessions.ts'
import { changeUsers, readUsers, USER_NAME } from '../console/access/users.ts'
import { recordsOf } from '../db/store.ts'
import type { Invocation } from '../terminal/command.ts'
import { consolePort, consoleSite } from './web-site.ts'

/** `gabarit web login-link USER` */
export async function loginLink({ args, places, print }: Invocation): Promise<number> {
  const [user = ''] = args
  if (!USER_NAME.test(user))
    throw usageFailure(`"${user}" is no name for a user: a lower-case letter, then letters, digits and . _ -`)
  const token = invite(places, user)
  const { origin, domain } = consoleSite(places)
  const port = consolePort(recordsOf(places, 'configuration'))
  print(`${origin}/server-manager/welcome/${token}`)
  if (port !== undefined) print(`or, by its own port: https://${domain}:${port}/server-manager/welcome/${token}`)
  print(`Open it within ${INVITATION_MINUTES} minutes. It works once.`)
  return EXIT.done
}

/** Tells the first user how to come in. */
export async function welcome(invocation: Invocation, user: string): Promise<number> {
  if (!readUsers(invocation.places).has(user)) return loginLink({ ...invocation, args: [user] })
  invocation.print(`${user} is a user already. After a forgotten password: gabarit web login-link ${user}`)
  return EXIT.done
}

/** `gabarit web users [remove USER]` */
export async function users({ args, places, answer, print }: Invocation): Promise<number> {
  const all = readUsers(places)
  const [verb, name = ''] = args
  if (verb === undefined) {
    const data = [...all].map(([user, { since, passkeys = [] }]) => ({ name: user, since, passkeys: passkeys.length }))
    const lines = data.map(user => `${user.name}  since ${sayTime(user.since)}, ${plural(user.passkeys, 'passkey')}`)
    return answer(data, lines.join('\n') || 'no user: gabarit web login-link NAME')
  }
  if (verb !== 'remove' || name === '') throw usageFailure('gabarit web users [remove USER]')
  if (!all.has(name)) throw new Failure(`there is no user "${name}"${didYouMean(name, all.keys())}`)
  closeSessions(places, { user: name })
  changeUsers(places, known => known.delete(name))
  print(`removed ${name}`)
  return EXIT.done
}

/** `gabarit web passkeys [remove USER NAME]` */
export async function passkeys({ args, places, answer, print }: Invocation): Promise<number> {
  const all = readUsers(places)
  const [verb, user = '', name = ''] = args
  if (verb === undefined) {
    const data = [...all].flatMap(([owner, { passkeys: known = [] }]) =>
      known.map(passkey => ({ user: owner, name: passkey.name, since: passkey.since, used: passkey.used ?? null })),
    )
    const lines = data.map(
      one =>
        `${one.user}  ${one.name}, since ${sayTime(one.since)}, ${one.used === null ? 'never used' : `last used ${sayTime(one.used)}`}`,
    )
    return answer(data, lines.join('\n') || 'no passkey: users add them on the page Users of the console')
  }
  if (verb !== 'remove' || name === '') throw usageFailure('gabarit web passkeys [remove USER NAME]')
  const names = (all.get(user)?.passkeys ?? []).map(passkey => passkey.name)
  if (!names.includes(name)) throw new Failure(`${user} has no passkey "${name}"${didYouMean(name, names)}`)
  changeUsers(places, known => {
    const present = known.get(user)
    if (present === undefined) return
    known.set(user, { ...present, passkeys: present.passkeys?.filter(passkey => passkey.name !== name) ?? [] })
  })
  print(`removed ${name} of ${user}`)
  return EXIT.done
}

/** `gabarit web sessions [end USER]` */
export async function sessions({ args, places, answer, print }: Invocation): Promise<number> {
  const [verb, user = ''] = args
  if (verb === undefined) {
    const open = [...openSessions(places).values()].map(({ user: name, address, opened, used }) => ({
      user: name,
      address,
      opened: new Date(opened).toISOString(),
      used: new Date(used).toISOString(),
    }))
    const lines = open.map(one => `${one.user}  from ${one.address}, since ${sayTime(one.opened)}`)
    return answer(open, lines.join('\n') || 'nobody is logged in')
  }
  if (verb !== 'end' || user === '') throw usageFailure('gabarit web sessions [end USER]')
  closeSessions(places, { user })
  print(`ended the sessions of ${user}`)
  return EXIT.done
}
