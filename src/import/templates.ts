import { basename, join } from 'node:path'
import { plural } from '../base/plural.ts'
import { isPerl } from '../template/perl.ts'
import { isBackup } from '../template/tree.ts'
import { keptOut } from './kept-out.ts'
import type { Ours } from './ours.ts'
import { type Line, type Part, plainFile, SITE, together, type WantedFile, type WantedLink } from './part.ts'
import { E_SMITH, type OldServer } from './source.ts'

/** The trees of templates, and whether one overrides the other's fragments. */
const TREES = [
  { name: 'templates', custom: false },
  { name: 'templates-custom', custom: true },
] as const

/** Templates and the site's own fragments, in Perl or plain. */
export function templates(old: OldServer, ours: Ours): Part {
  return together(
    TREES.flatMap(({ name, custom }) => {
      const folder = join(E_SMITH, name)
      return [...templatesOf(old, folder)].map(([template, files]): Part => {
        const what = join(folder, template)
        const no = (how: string): Line => ({ fate: 'unsupported', what, how })
        const out = keptOut(template)
        if (out !== undefined) return { lines: [no(`not taken: ${out}`)], wanted: [] }
        if (!ours.has(template)) return taken(old, { folder, name, template, files })
        if (!custom && old.system.isWhole)
          return { lines: [no(`not taken: gabarit makes /${template} from templates of its own`)], wanted: [] }
        const changing = files.filter(path => changesFragment(path, template, old, ours))
        const added = files.filter(path => !changing.includes(path))
        const lines = changing.map(path =>
          no(`${basename(path)} is not taken: it replaces a fragment, and that of gabarit is another one`),
        )
        return together([{ lines, wanted: [] }, taken(old, { folder, name, template, files: added })])
      })
    }),
  )
}

/** Whether a fragment replaces one of the old system, or one of ours, in a template that we have too. */
function changesFragment(path: string, template: string, { tree }: OldServer, ours: Ours): boolean {
  return tree.kind(join(E_SMITH, 'templates', path)) === 'file' || ours.hasFragment(template, basename(path))
}

/** Files by the folder that they are in, which is their template. */
function templatesOf({ tree }: OldServer, folder: string): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const path of tree.below(folder)) {
    const at = path.lastIndexOf('/')
    if (at < 0 || isBackup(path)) continue
    const template = path.slice(0, at)
    found.set(template, [...(found.get(template) ?? []), path])
  }
  return found
}

interface Tree {
  readonly folder: string
  readonly name: string
  readonly template: string
  readonly files: readonly string[]
}

function taken(old: OldServer, { folder, name, template, files }: Tree): Part {
  const wanted = files.flatMap((path): (WantedFile | WantedLink)[] => {
    const content = old.tree.read(join(folder, path))
    return content === undefined ? [] : [plainFile(join(SITE, name, path), content)]
  })
  if (files.length === 0) return { lines: [], wanted: [] }
  const lost = files.length - wanted.length
  const perl = wanted.filter(file => file.kind === 'file' && isPerl(file.content.toString('utf8')))
  const what = join(folder, template)
  const lines: Line[] = []
  if (perl.length < wanted.length)
    lines.push({ fate: 'taken', what, how: plural(wanted.length - perl.length, 'fragment') })
  if (perl.length > 0) lines.push({ fate: 'perl', what, how: `${plural(perl.length, 'fragment')}, run in Perl` })
  if (lost > 0)
    lines.push({ fate: 'unsupported', what, how: `${plural(lost, 'file')} not taken: links that lead nowhere` })
  return { lines, wanted }
}
