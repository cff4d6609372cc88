import { join } from 'node:path'
import { Failure, orFailure } from '../base/failure.ts'
import { withTrial } from '../customize/trial.ts'
import type { Context } from '../plan/context.ts'
import { makeExpander } from '../plan/expand.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'
import type { Ours } from './ours.ts'
import { type Line, type Part, SITE } from './part.ts'

const CUSTOM = `${SITE}/templates-custom/`

/**
 * Leaves out the site's own fragments with which a template of gabarit cannot be made any more: every event would refuse.
 * @param context with the databases as they will be
 */
export function withoutFailing(part: Part, context: Context, ours: Ours): Part {
  const lines: Line[] = []
  const left = new Set<string>()
  const own = part.wanted.flatMap(file => {
    const path = file.kind === 'file' && file.path.startsWith(CUSTOM) ? file.path.slice(CUSTOM.length) : ''
    return file.kind === 'file' && path !== '' && ours.has(path) ? [[path, file.content.toString('utf8')] as const] : []
  })
  for (const template of ours.names.filter(name => own.some(([path]) => path.startsWith(`${name}/`)))) {
    const mine = own.filter(([path]) => path.startsWith(`${template}/`))
    for (let tries = mine.length; tries >= 0; tries--) {
      const texts = new Map(mine.filter(([path]) => !left.has(path)))
      const failure = expand(template, texts, context)
      if (failure === undefined || texts.size === 0) break
      const said = failure.describe()
      const guilty = [...texts.keys()].filter(path => said.includes(`/${path}`))
      for (const path of guilty.length > 0 ? guilty : texts.keys()) {
        left.add(path)
        const how = `not taken, because /${template} could not be made: ${onOneLine(said)}`
        lines.push({ fate: 'unsupported', what: `/etc/e-smith/templates-custom/${path}`, how })
      }
    }
  }
  const wanted = part.wanted.filter(({ path }) => !(path.startsWith(CUSTOM) && left.has(path.slice(CUSTOM.length))))
  return { lines: [...part.lines, ...lines], wanted }
}

function expand(template: string, texts: ReadonlyMap<string, string>, context: Context): Failure | undefined {
  const quiet = { ...context, warn: () => undefined }
  const made = orFailure(() =>
    withTrial(quiet, texts, trial => {
      const expander = makeExpander(trial)
      return expander.limited(() => expander.expand(`/${template}`))
    }),
  )
  return made instanceof Failure ? made : undefined
}

/** Which of some templates come in, and why those that do cannot be made. */
export interface Expandable {
  readonly comes: (template: string) => boolean
  /** Undefined: it can be made. */
  readonly problem: (template: string) => string | undefined
}

/** Tries templates of an old server that events make: with one that fails, every such event would refuse. */
export function expandable(part: Part, context: Context, ours: Ours, templates: readonly string[]): Expandable {
  const texts = new Map<string, string>()
  for (const file of part.wanted)
    if (file.kind === 'file' && file.path.startsWith(`${SITE}/templates`))
      texts.set(file.path.slice(SITE.length + 1), file.content.toString('utf8'))
  const paths = [...texts.keys()]
  const comes = (template: string) =>
    TREES.some(tree =>
      paths.some(path => path.startsWith(`${tree}/${template}/`) || path === `${tree}/${template}.template.json`),
    )
  const problems = new Map<string, string>()
  withTemporaryFiles(texts, folder => {
    const layers = TREES.map(tree => ({ folder: join(folder, tree), custom: tree === 'templates-custom' }))
    const expander = makeExpander({ ...context, layers: [...layers, ...context.layers], warn: () => undefined })
    for (const template of templates.filter(name => comes(name) && !ours.has(name))) {
      const made = orFailure(() => expander.limited(() => expander.expand(`/${template}`)))
      if (made instanceof Failure) problems.set(template, onOneLine(made.describe().replaceAll(`${folder}/`, '')))
    }
  })
  return { comes, problem: template => problems.get(template) }
}

const TREES = ['templates-custom', 'templates']

function onOneLine(said: string): string {
  return said.replaceAll(/\s*\n\s*/g, ' ')
}
