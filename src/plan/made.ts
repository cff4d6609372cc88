import { dirname } from 'node:path'
import { refusal } from '../base/failure.ts'
import type { Context } from './context.ts'
import type { FileChange, Plan } from './plan.ts'
import { Target } from './target.ts'

/**
 * A file that an action creates: a key, a certificate. It differs each time, so plans are compared without its content. It is
 * never restored: a rollback removes it if it was new, but does not put a previous one back.
 */
export interface MadeFile {
  /** Path on the server. */
  readonly path: string
  readonly content: string | Uint8Array
  readonly mode: number
  /** Its group; its owner is root. Default: root. */
  readonly group?: string
  /** Whether its content is never shown and not kept in the history. */
  readonly secret: boolean
  /** The action that creates it. */
  readonly by: string
  /** Mode of its folder, if that has to be created. Default: 0755. */
  readonly folderMode?: number
  /** Services to adjust if it has changed: `openvpn:try-restart`. */
  readonly notify?: readonly string[]
}

/**
 * A plan with the files that actions have created. Those already in place change nothing.
 * @throws Failure (refused) if a folder is in the place of one
 */
export function withMade(
  plan: Plan,
  files: readonly MadeFile[],
  { places, system }: Pick<Context, 'places' | 'system'>,
): Plan {
  if (files.length === 0) return plan
  const target = new Target(places, system, plan.folders)
  const changes = files.flatMap((file): FileChange[] => {
    const { path, content: after, mode, secret, by } = file
    const { real, state, before, link: replacesLink } = target.look(path)
    if (state?.kind === 'folder' || state?.kind === 'other')
      throw refusal(`is not a file, but ${by} creates one here`, { where: path })
    const linked = replacesLink === undefined ? undefined : system.realPath(real)
    const present = linked !== undefined && system.state(linked)?.kind === 'file' ? system.read(linked) : before
    if (present?.equals(Buffer.from(after)) === true) return []
    if (file.folderMode !== undefined) target.wantedFolder(dirname(path), { mode: file.folderMode })
    if (state === undefined) target.missingFolders(real)
    const drift = state === undefined ? 'created' : 'updated'
    const attributes = { mode, uid: 0, gid: file.group === undefined ? 0 : system.groupId(file.group) }
    return [
      {
        kind: 'write',
        ...{ path, real, template: by, before, after, attributes, replacesLink, drift, secret, made: true },
        ...{ judging: {}, edited: false, takenOver: false },
      },
    ]
  })
  const changed = new Set(changes.filter(({ before }) => before !== undefined).map(({ path }) => path))
  const notify = files.filter(({ path }) => changed.has(path)).flatMap(file => file.notify ?? [])
  return {
    ...plan,
    changes: [...plan.changes, ...changes],
    folders: target.folders,
    notify: [...new Set([...plan.notify, ...notify])],
  }
}
