import { dirname } from 'node:path'
import { refusal } from '../base/failure.ts'
import type { Paths } from './places.ts'
import { statOf } from './read-files.ts'

/**
 * Refuses a file or folder that anyone but root and the invoking user can change; links are followed.
 * @param what and the consequence: parts of the message
 * @returns whether it exists
 * @throws Failure (refused) with the command that fixes it
 */
export function refuseWritableByOthers(path: string, what: string, consequence: string): boolean {
  const stat = statOf(path)
  if (stat === undefined) return false
  const { mode, uid, gid } = stat
  // In a folder such as /tmp others cannot replace what is not theirs, and what is theirs is refused for its owner.
  const open = stat.isDirectory() && mode & 0o1000 ? 0 : mode
  const mine = process.geteuid?.() ?? uid
  const why =
    uid !== 0 && uid !== mine
      ? `belongs to the user with id ${uid}`
      : open & 0o002
        ? 'is writable by everybody'
        : open & 0o020 && gid !== 0 && gid !== process.getegid?.()
          ? `is writable by the group with id ${gid}`
          : undefined
  if (why === undefined) return true
  const shut = `chmod go-w ${path}`
  throw refusal(`${what} ${why}, and ${consequence}`, {
    where: path,
    hint: uid === 0 || uid === mine ? shut : `chown ${mine === 0 ? 'root' : mine} ${path} && ${shut}`,
  })
}

/**
 * Refuses a part of the package, a module or the site that others can change, or a folder that contains it. Anything else
 * passes.
 * @param seen what exists and was looked at just now: many files share their folders
 * @returns whether it exists
 * @throws Failure (refused)
 */
export function refuseUnsafePart(
  { shipped, modules, site }: Pick<Paths, 'shipped' | 'modules' | 'site'>,
  path: string,
  seen?: Set<string>,
): boolean {
  return refuseUnsafeBelow([shipped, site, ...modules.map(module => dirname(module))], path, seen)
}

/** As {@link refuseUnsafePart}, for what is in these folders. */
export function refuseUnsafeBelow(homes: readonly string[], path: string, seen = new Set<string>()): boolean {
  const isOurs = (part: string) => homes.some(home => part === home || part.startsWith(`${home}/`))
  const what = path.includes('/gabarit/modules/') ? 'this part of a module' : 'this part of gabarit'
  for (let part = path; isOurs(part) && !seen.has(part); part = dirname(part)) {
    if (refuseWritableByOthers(part, what, 'what it contains runs as the user who uses it')) seen.add(part)
  }
  return seen.has(path)
}
