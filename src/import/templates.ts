import { isUtf8 } from 'node:buffer'
import { basename, dirname, join } from 'node:path'
import { isBackup } from '../base/fragment-names.ts'
import { plural } from '../base/plural.ts'
import { isPerl } from '../template/perl.ts'
import { isFragment, METADATA_FILE } from '../template/tree.ts'
import { keptOut } from './kept-out.ts'
import type { Ours } from './ours.ts'
import { type Line, type Part, plainFile, SITE, together, type WantedFile } from './part.ts'
import { E_SMITH, type OldServer } from './source.ts'

/** The trees of templates, and whether one overrides the other's fragments. */
const TREES = [
  { name: 'templates', custom: false },
  { name: 'templates-custom', custom: true },
] as const

/**
 * Says of templates that they are in Perl, if their braces alone do not show it. All braces are those of programs there, as
 * long as the template is a folder of fragments.
 */
export function languages({ tree }: OldServer, ours: Ours): Part {
  const unseen = TREES.flatMap(({ name }) => {
    const folder = join(E_SMITH, name)
    const paths = tree.below(folder).filter(path => !isBackup(path))
    const fragmented = new Set(paths.filter(path => isFragment(basename(path))).map(path => dirname(path)))
    const among = paths.filter(path => fragmented.has(dirname(path)))
    return among.filter(path => isUnseen(tree.read(join(folder, path)))).map(path => dirname(path))
  })
  const found = [...new Set(unseen)].filter(template => keptOut(template) === undefined && !ours.has(template))
  return together(
    found.map(template => {
      const how = `is in Perl: becomes ${template}/template.json: language perl`
      const file = plainFile(join(SITE, 'templates', template, METADATA_FILE), '{\n  "language": "perl"\n}\n')
      return { lines: [{ fate: 'converted', what: join(E_SMITH, 'templates', template), how }], wanted: [file] }
    }),
  )
}

/** Whether a fragment has braces, but is not seen to be in Perl. */
export function isUnseen(content: Buffer | undefined): boolean {
  const source = content?.toString('utf8') ?? ''
  return /[{}]/.test(source) && !source.includes('<%') && !isPerl(source)
}

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
  const what = join(folder, template)
  const lines: Line[] = []
  const counts = { taken: 0, perl: 0 }
  const wanted = files.flatMap((path): WantedFile[] => {
    const content = old.tree.read(join(folder, path))
    const source = content?.toString('utf8') ?? ''
    const perl = isPerl(source)
    const text = perl ? withoutTagsInPerl(source) : withoutTags(source)
    const problem = problemOf(content, perl ? text : undefined)
    if (problem !== undefined) {
      lines.push({ fate: 'unsupported', what: join(folder, path), how: `not taken: ${problem}` })
      return []
    }
    counts[perl ? 'perl' : 'taken']++
    return [plainFile(join(SITE, name, path), text)]
  })
  if (counts.taken > 0) lines.push({ fate: 'taken', what, how: plural(counts.taken, 'fragment') })
  if (counts.perl > 0) lines.push({ fate: 'perl', what, how: `${plural(counts.perl, 'fragment')}, run in Perl` })
  return { lines, wanted }
}

/** @param perl what becomes of a fragment in Perl */
function problemOf(content: Buffer | undefined, perl: string | undefined): string | undefined {
  if (content === undefined) return 'a link that leads nowhere, or too large'
  if (!isUtf8(content)) return 'it is not valid UTF-8: iconv -f latin1 -t utf8 FILE, then import again'
  if (perl?.includes('<%') && perl.includes('%>'))
    return 'it is in Perl, and a program in it has <% and %>, which are a tag here'
  return undefined
}

/** In the text between programs, Perl prints the second half of what would begin a tag. */
function withoutTagsInPerl(source: string): string {
  let depth = 0
  return source.replaceAll(/\\[\\{}]|[{}]|<%/g, mark => {
    if (mark === '{') depth++
    if (mark === '}') depth--
    return mark === '<%' && depth === 0 ? "<{'%'}" : mark
  })
}

/** Plain text in which nothing is a tag. */
function withoutTags(source: string): string {
  return source.replaceAll('<%', "<%= '<' + '%' %>")
}
