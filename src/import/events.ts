import { basename, join } from 'node:path'
import { isBackup } from '../base/fragment-names.ts'
import { plural } from '../base/plural.ts'
import { twinOf } from '../event/twins.ts'
import { keptOut } from './kept-out.ts'
import type { Ours } from './ours.ts'
import { type Line, type Part, plainFile, SITE, textsOf, together, type WantedFile, type WantedLink } from './part.ts'
import { E_SMITH, type OldServer } from './source.ts'

const FOLDER = join(E_SMITH, 'events')

/** What is known of this server's events and templates. */
export interface Here {
  readonly events: readonly string[]
  readonly ours: Ours
  /** Whether a template comes in, and why it cannot be made. */
  readonly comes: (template: string) => boolean
  readonly problem: (template: string) => string | undefined
}

/** The templates that events of an old server make. */
export function templatesOfEvents({ tree }: OldServer): string[] {
  const paths = tree.names(FOLDER).flatMap(name => tree.below(join(FOLDER, name, 'templates2expand')))
  return [...new Set(paths)]
}

/** The texts of the actions in Perl that can come over. */
export function actionTexts(old: OldServer, shipped: readonly string[], ours: Ours): string[] {
  const all = events(old, { events: shipped, ours, comes: () => true, problem: () => undefined })
  return textsOf(all).filter(text => IN_PERL.test(text))
}

const IN_PERL = /^#!.*\bperl\b/

/**
 * Events with their actions. Those of a whole server that gabarit has too stay behind: their actions configure the old
 * system. A package was chosen by somebody, so all of its events come over.
 */
export function events(old: OldServer, here: Here): Part {
  const names = old.tree
    .names(FOLDER)
    .filter(name => name !== 'actions' && old.tree.kind(join(FOLDER, name)) === 'folder')
  const parts = names.map((name): Part => {
    const what = join(FOLDER, name)
    const no = (how: string): Part => ({ lines: [{ fate: 'unsupported', what, how }], wanted: [] })
    if (old.system.isWhole && here.events.includes(name))
      return no(
        `not taken: gabarit has this event. Copy the actions that you wrote yourself to ${join(SITE, 'events', name)}`,
      )
    const twin = old.system.isWhole ? twinOf(name) : undefined
    return twin === undefined ? ofEvent(old, name, here) : no(`not taken; instead: ${twin}`)
  })
  return together([...parts, actions(old, parts)])
}

function ofEvent({ tree }: OldServer, name: string, { ours, comes, problem }: Here): Part {
  const folder = join(FOLDER, name)
  const lines: Line[] = []
  const lost: string[] = []
  const wanted = tree.below(folder).flatMap((path): (WantedFile | WantedLink)[] => {
    const [from, to] = [join(folder, path), join(SITE, 'events', name, path)]
    const link = tree.link(from)
    if (isBackup(path)) return []
    if (path.startsWith('templates2expand/')) {
      const template = path.slice('templates2expand/'.length)
      const why = problem(template)
      if (why !== undefined)
        lines.push({ fate: 'unsupported', what: from, how: `not taken: /${template} cannot be made: ${why}` })
      const isMade = ours.has(template) || (comes(template) && keptOut(template) === undefined)
      if (!isMade) lost.push(`/${template}`)
      return isMade && why === undefined ? [plainFile(to, '')] : []
    }
    // The text of a link is what is asked of the service.
    if (path.startsWith('services2adjust/') && link !== undefined) return [{ kind: 'link', path: to, target: link }]
    const content = tree.read(from)
    if (content === undefined) {
      lost.push(path)
      return []
    }
    if (path.startsWith('services2adjust/')) return [plainFile(to, content)]
    if (link !== undefined && /^(\.\.\/)?(actions\/)[^/]+$/.test(link))
      return [{ kind: 'link', path: to, target: `../actions/${basename(link)}` }]
    return [plainFile(to, content, tree.isProgram(from) ? 0o755 : 0o644)]
  })
  if (wanted.length > 0) lines.push({ fate: 'taken', what: folder, how: plural(wanted.length, 'entry', 'entries') })
  if (lost.length > 0)
    lines.push({ fate: 'unsupported', what: folder, how: `without ${lost.join(', ')}: not there, or not taken` })
  return { lines, wanted }
}

/** MORE_DATA of an action are the values for one file of many. */
const EXPANDS =
  'runs in Perl, but processTemplate() fails there: give the template "each" and "output" in template.json, or run expand-template'

/** The actions that the events run. */
function actions({ tree }: OldServer, parts: readonly Part[]): Part {
  const linked = parts.flatMap(({ wanted }) =>
    wanted.flatMap(one => (one.kind === 'link' && one.target.startsWith('../actions/') ? [basename(one.target)] : [])),
  )
  const names = [...new Set(linked)]
  const wanted = names.flatMap(name => {
    const content = tree.read(join(FOLDER, 'actions', name))
    return content === undefined ? [] : [plainFile(join(SITE, 'events', 'actions', name), content, 0o755)]
  })
  const lines = wanted.map(({ path, content }): Line => {
    const source = content.toString('latin1')
    const isPerl = IN_PERL.test(source)
    if (isPerl && /^[^#\n]*\bprocessTemplate\s*\(/m.test(source))
      return { fate: 'unsupported', what: join(FOLDER, 'actions', basename(path)), how: EXPANDS }
    const how = isPerl ? 'runs in Perl, on these databases' : 'runs as it is'
    return { fate: isPerl ? 'perl' : 'taken', what: join(FOLDER, 'actions', basename(path)), how }
  })
  return { lines, wanted }
}
