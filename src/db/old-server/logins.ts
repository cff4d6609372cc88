import { shell } from '../../base/quote.ts'
import { changed, type Meaning, only, textIn, without } from './meaning.ts'

/** What decides who can log in, and where: taken over in silence, it could open this machine, or lock its administrator out. */
const LOGIN = ['TCPPort', 'PermitRootLogin', 'PasswordAuthentication', 'AllowUsers', 'AllowGroups', 'ListenAddress']

/** Logins stay as they are on this machine. */
export const LOGINS: Meaning = {
  database: 'configuration',
  of: ({ key }) => key === 'sshd',
  become: (record, { present }, say) => {
    const now = present('configuration').get('sshd')
    const differing = LOGIN.filter(name => {
      const value = todays(textIn(record, name))
      return value !== '' && value !== now?.properties.get(name)
    })
    if (differing.length === 0) return [record]
    const pairs = differing.map(name => `${name} ${shell(todays(textIn(record, name)))}`).join(' ')
    say(
      'closed',
      `logins stay as they are on this machine. If you want them as on the old one: config setprop sshd ${pairs}`,
    )
    const kept = now === undefined ? [] : only(now, LOGIN)
    return [changed(without(record, LOGIN), Object.fromEntries(kept))]
  },
}

/** The word of today's OpenSSH (sshd_config(5), PermitRootLogin). */
function todays(value: string): string {
  return value === 'without-password' ? 'prohibit-password' : value
}
