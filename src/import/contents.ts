import { join } from 'node:path'
import { plural } from '../base/plural.ts'
import { shell } from '../base/quote.ts'
import type { DbRecord } from '../db/record.ts'
import { below, type Places } from '../system/places.ts'
import type { Line } from './part.ts'
import type { OldServer, Packed } from './source.ts'

/** Of more files, only that there are more is said: an import does not wait for a disk full of them. */
const COUNTED = 10_000

const IBAYS = '/home/e-smith/files/ibays'
const SHARES = '/var/lib/nethserver/ibay'

/** Where the contents of web sites are there. */
export const CONTENTS = [IBAYS, SHARES, '/var/lib/nethserver/vhost']

/**
 * Everything, for root and the web server to read: numbers of accounts mean other people here. No link leads out of what is
 * copied, and nothing is a program with rights of its own.
 */
const COPY = 'rsync -rlptH --safe-links --chown=root:www-data --chmod=D750,F640 --info=progress2'

/**
 * Contents of web sites, with the command that copies them: they may be large, and change until the last moment, so that command
 * can be repeated, and is no part of the import.
 * @param accounts those of the old server
 * @param ibays the folder of ibays on this server
 */
export function contents(
  old: OldServer,
  accounts: ReadonlyMap<string, DbRecord>,
  places: Pick<Places, 'root'>,
  ibays = IBAYS,
): Line[] {
  const { tree, system, archive } = old
  const copies = CONTENTS.flatMap((what): Line[] => {
    const here = what === IBAYS ? ibays : what === SHARES ? (ibays === IBAYS ? '/srv/ibays' : ibays) : what
    const names = tree.names(what).filter(name => archive !== undefined || tree.kind(join(what, name)) === 'folder')
    const from = join(tree.root, what)
    if (names.length === 0 || from === below(places, here)) return []
    const command = archive === undefined ? copy(shell(from), here) : unpack(archive, what, here)
    return [{ fate: 'unsupported', what, how: `not copied: ${names.join(', ')}${sizeOf(old, what)}: ${command}` }]
  })
  const lost = [...accounts.values()]
    .filter(({ type, key }) => type === 'ibay' && tree.kind(join(IBAYS, key)) === undefined)
    .map(({ key }) => key)
  if (system.databases !== '/home/e-smith/db' || lost.length === 0) return copies
  const how = `not there: ${lost.join(', ')}. To copy from the server itself: ${copy(`root@SERVER:${IBAYS}`, ibays)}`
  return [...copies, { fate: 'unsupported', what: IBAYS, how }]
}

/** Of an archive, only the names were read. */
function sizeOf({ tree, archive }: OldServer, folder: string): string {
  if (archive !== undefined) return ''
  const count = tree.count(folder, COUNTED)
  return ` (${count > COUNTED ? `more than ${COUNTED} files` : plural(count, 'file')})`
}

function copy(from: string, here: string): string {
  return `mkdir -p ${shell(here)} && ${COPY} ${from}/ ${shell(here)}/`
}

/** The same from an archive. */
function unpack({ file, prefix }: Packed, folder: string, here: string): string {
  const member = `${prefix}${folder.slice(1)}`
  const to = shell(here)
  return [
    `mkdir -p ${to}`,
    `tar -xf ${shell(file)} -C ${to} --no-same-owner --strip-components=${member.split('/').length} ${member}`,
    `find ${to} -type l '(' -lname '/*' -o -lname '*../*' ')' -delete`,
    `chown -R root:www-data ${to}`,
    `chmod -R u=rwX,g=rX,o= ${to}`,
  ].join(' && ')
}
