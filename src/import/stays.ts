import { CONTENTS } from './contents.ts'
import type { Line } from './part.ts'
import type { OldServer } from './source.ts'

/** What gabarit does not manage: where it is on an old server, and what to do with it. */
const STAYS: readonly (readonly [places: readonly string[], what: string, how: string])[] = [
  [
    ['/var/qmail', '/var/lib/nethserver/vmail', '/home/e-smith/Maildir'],
    'mail',
    'stays behind: gabarit has no mail. Keep it on a machine of its own',
  ],
  [
    ['/home/e-smith/files/users', '/var/lib/nethserver/home'],
    'users',
    'stay behind, with their passwords and files: adduser, passwd',
  ],
  [['/etc/samba', '/var/lib/samba', '/home/e-smith/files/samba'], 'Samba', 'stays behind: gabarit has no file shares'],
  [['/var/lib/mysql'], 'MySQL', 'stays behind: mysqldump there, and mysql here'],
  [['/var/lib/ldap', '/var/lib/machines/nsdc'], 'LDAP', 'stays behind'],
]

/** Folders of data below the root, which an archive may have by the gigabyte. */
export const DATA: readonly string[] = [...STAYS.flatMap(([places]) => places), ...CONTENTS].map(path => path.slice(1))

/** What stays behind. */
export function stays({ tree }: OldServer): Line[] {
  return STAYS.filter(([places]) => places.some(path => tree.names(path).length > 0)).map(
    ([, what, how]): Line => ({ fate: 'unsupported', what, how }),
  )
}
