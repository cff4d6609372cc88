import { dirname } from 'node:path'
import { refusal } from '../base/failure.ts'
import type { Places } from './places.ts'
import { statOf } from './read-files.ts'

/**
 * Refuses a file or folder that anyone but root and the invoking user can change; links are followed.
 * @param what and the consequence: parts of the message
 * @throws Failure (refused) with the command that fixes it
 */
export function refuseWritableByOthers(path: string, what: string, consequence: string): void {
  const stat = statOf(path)
  if (stat === undefined) return
  const { mode, uid, gid } = stat
  const mine = process.geteuid?.() ?? uid
  const why =
    uid !== 0 && uid !== mine
      ? `belongs to the user with id ${uid}`
      : mode & 0o002
        ? 'is writable by everybody'
        : mode & 0o020 && gid !== 0 && gid !== process.getegid?.()
          ? `is writable by the group with id ${gid}`
          : undefined
  if (why === undefined) return
  const shut = `chmod go-w ${path}`
  throw refusal(`${what} ${why}, and ${consequence}`, {
    where: path,
    hint: uid === 0 || uid === mine ? shut : `chown ${mine === 0 ? 'root' : mine} ${path} && ${shut}`,
  })
}

/**
 * Refuses a part of an installed module that others can change, or a folder that contains it. Anything else passes.
 * @throws Failure (refused)
 */
export function refuseUnsafePart(places: Pick<Places, 'modules'>, path: string): void {
  const module = places.modules.find(folder => path === folder || path.startsWith(`${folder}/`))
  if (module === undefined) return
  for (let part = path; part.length >= dirname(module).length; part = dirname(part))
    refuseWritableByOthers(part, 'this part of a module', 'modules run as the user who uses them')
}
