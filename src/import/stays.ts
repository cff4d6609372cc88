import { join } from 'node:path'
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

/** Contents that web sites need here, and how they come over. */
const CONTENTS: readonly (readonly [there: string, here: string])[] = [
  ['/home/e-smith/files/ibays', '/home/e-smith/files/ibays'],
  ['/var/lib/nethserver/ibay', '/srv/ibays'],
  ['/var/lib/nethserver/vhost', '/var/lib/nethserver/vhost'],
]

/** What stays behind, and what to copy. */
export function stays({ tree }: OldServer): Line[] {
  const there = (path: string) => tree.names(path).length > 0
  return [
    ...STAYS.filter(([places]) => places.some(there)).map(
      ([, what, how]): Line => ({ fate: 'unsupported', what, how }),
    ),
    ...CONTENTS.filter(([path]) => there(path)).map(
      ([path, here]): Line => ({
        fate: 'unsupported',
        what: path,
        how: `contents are not copied: mkdir -p ${here} && cp -a ${join(tree.root, path)}/. ${here}`,
      }),
    ),
  ]
}
