import { plural } from '../base/plural.ts'
import { sha256 } from '../base/sha256.ts'
import type { Context } from '../plan/context.ts'
import type { Change, Plan } from '../plan/plan.ts'
import { Target } from '../plan/target.ts'
import { readManifest } from '../state/manifest.ts'
import { inOrder } from '../system/state-file.ts'
import { MEMORY, type Memory } from './memory.ts'
import { type Line, plainFile, type WantedFile, type WantedLink } from './part.ts'

/** What its files have for a template in the history. */
const OWNER = 'import'

/** What an import writes. */
export interface ImportPlan {
  readonly plan: Plan
  /** Files that are not touched. */
  readonly lines: readonly Line[]
}

/**
 * The plan of the files that come in. One that is here with other content is kept, unless it is as the last import left it;
 * one that came before and was removed since stays away.
 * @param records see {@link Memory}
 */
export function importPlan(
  { places, system }: Pick<Context, 'places' | 'system'>,
  wanted: readonly (WantedFile | WantedLink)[],
  before: Memory | undefined,
  records: ReadonlyMap<string, string>,
): ImportPlan {
  const target = new Target(places, system)
  const lines: Line[] = []
  const known = new Map(Object.entries(before?.files ?? {}))
  const changes = [...new Map(wanted.map(file => [file.path, file])).values()].flatMap((file): Change[] => {
    const hash = sha256(file.kind === 'file' ? file.content : file.target)
    const last = known.get(file.path)
    const { real, state, before: present, link } = target.look(file.path)
    const found = present ?? link
    if (found !== undefined && sha256(found) === hash) {
      known.set(file.path, hash)
      return []
    }
    if (state === undefined && last === hash) return []
    if (state !== undefined && (found === undefined || sha256(found) !== last)) {
      lines.push({
        fate: 'unsupported',
        what: file.path,
        how: 'kept as it is: there is another one already. Compare them',
      })
      return []
    }
    if (state === undefined) target.missingFolders(real)
    known.set(file.path, hash)
    return [changeOf(file, real, present, link)]
  })
  const memory = { records: inOrder(records), files: inOrder(known) }
  const note = plainFile(
    `${places.stateFolder.slice(places.root === '/' ? 0 : places.root.length)}/${MEMORY.name}`,
    MEMORY.text(memory),
    0o600,
  )
  const text = target.look(note.path)
  if (text.before?.equals(note.content) !== true) {
    if (text.state === undefined) target.missingFolders(text.real)
    changes.push(changeOf(note, text.real, text.before, undefined))
  }
  const manifest = readManifest(places)
  const plan = { changes, folders: target.folders, manifest, manifestChanged: false, notify: [], drift: [] }
  return { plan, lines }
}

function changeOf(
  file: WantedFile | WantedLink,
  real: string,
  before: Buffer | undefined,
  link: string | undefined,
): Change {
  const drift = before === undefined && link === undefined ? 'created' : 'updated'
  const common = { path: file.path, real, template: OWNER, edited: false, drift } as const
  if (file.kind === 'link') return { ...common, kind: 'link', target: file.target, exists: drift === 'updated' }
  return {
    ...common,
    ...{ kind: 'write', before, after: file.content, judging: {}, takenOver: false, replacesLink: link },
    attributes: { mode: file.mode, uid: 0, gid: 0 },
    ...(file.secret === true ? { secret: true, made: true as const } : {}),
  }
}

/** The files and properties of an import in a few words. */
export function summaryOf({ changes }: Plan, properties: number): string {
  const files = changes.filter(({ real }) => !real.endsWith(`/${MEMORY.name}`)).length
  return `${plural(files, 'file')}, ${plural(properties, 'property', 'properties')}`
}
