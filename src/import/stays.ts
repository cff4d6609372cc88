import { join } from 'node:path'
import { shell } from '../base/quote.ts'
import type { Line } from './part.ts'
import type { OldServer, Packed } from './source.ts'

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

/** Folders of data below the root, which an archive may have by the gigabyte. */
export const DATA: readonly string[] = [
  ...STAYS.flatMap(([places]) => places),
  ...CONTENTS.map(([there]) => there),
].map(path => path.slice(1))

/** What stays behind, and what to copy. */
export function stays({ tree, archive }: OldServer): Line[] {
  const there = (path: string) => tree.names(path).length > 0
  return [
    ...STAYS.filter(([places]) => places.some(there)).map(
      ([, what, how]): Line => ({ fate: 'unsupported', what, how }),
    ),
    ...CONTENTS.filter(([path]) => there(path)).map(
      ([path, here]): Line => ({
        fate: 'unsupported',
        what: path,
        how: `contents are not copied: mkdir -p ${here} && ${copying(path, here, tree.root, archive)}`,
      }),
    ),
  ]
}

/** The command that brings the contents of a folder over. */
function copying(path: string, here: string, root: string, archive: Packed | undefined): string {
  if (archive === undefined) return `cp -a ${join(root, path)}/. ${here}`
  const member = `${archive.prefix}${path.slice(1)}`
  const depth = member.split('/').length
  return `tar -xf ${shell(archive.file)} -C ${here} --strip-components=${depth} ${member}`
}
