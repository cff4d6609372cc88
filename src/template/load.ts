import { cached } from '../base/cached.ts'
import { refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { sha256 } from '../base/sha256.ts'
import { compileFragment, type Fragment, type Render } from './fragment.ts'
import { type Metadata, readMetadata } from './metadata.ts'
import type { PerlBridge } from './perl-bridge.ts'
import type { FragmentWorld, Scope } from './scope.ts'
import {
  type FragmentFile,
  findTemplate,
  type Layer,
  listTemplates,
  refuseUnsafeTemplate,
  type TemplateFiles,
  templateName,
} from './tree.ts'

/** A fragment ready to run. */
interface Loaded {
  readonly fragment: Fragment
  readonly render: Render
}

/** A template whose fragments are ready to run. */
export interface Template {
  /** Without a leading slash; also the default path of its output. */
  readonly name: string
  /** Where its fragments are; `template` in the metadata can point elsewhere. */
  readonly files: TemplateFiles
  readonly metadata: Metadata
  readonly fragments: readonly Loaded[]
  readonly subTemplate: (name: string, item?: unknown) => string
  /** Whether a fragment mentions `vars`: thousands of sub-templates that do not need not create it. */
  readonly usesVars: boolean
}

interface LoaderOptions {
  readonly layers: readonly Layer[]
  readonly world: FragmentWorld
  readonly trace?: { readonly idOf: (file: string) => number } | undefined
}

/**
 * Finds templates and compiles their fragments, each once.
 * @param call expands a sub-template, whose path begins with a slash
 * @returns a function that throws a Failure (refused) if the template is unknown, has no fragments, or one of them does not parse
 */
export function templateLoader(
  { layers, world, trace }: LoaderOptions,
  scope: Scope,
  perl: PerlBridge,
  call: (path: string, item: unknown) => string,
): (path: string) => Template {
  const templates = new Map<string, Template>()
  const loaded = new Map<string, Loaded>()
  const ready = (file: string, { language }: Pick<Metadata, 'language'>): Loaded => {
    const fragment = compileFragment(file, { traceId: trace?.idOf(file), language })
    return { fragment, render: fragment.bind(scope, perl) }
  }
  const load = (path: string): Template => {
    const files = filesOf(layers, path)
    const metadata = readMetadata(files.metadata)
    const from = metadata.template === undefined ? files : filesOf(layers, metadata.template)
    if (from.fragments.length === 0 && !metadata.delete)
      throw refusal(`the template /${from.name} has no fragments`, { where: files.metadata.at(-1) ?? path })
    for (const warning of from.warnings) world.warn(warning)
    const looked = metadata.delete
      ? []
      : from.fragments.map(({ file }) => cached(loaded, file, () => ready(file, metadata)))
    const braces = bracesOfPerl(looked)
    const fragments = looked.map(one =>
      isText(one) && braces?.test(one.fragment.source) ? ready(one.fragment.file, PERL) : one,
    )
    return {
      name: files.name,
      files: from,
      metadata,
      fragments,
      usesVars: fragments.some(({ fragment }) => fragment.usesVars),
      subTemplate: (name, item) => call(name.startsWith('/') ? name : `/${from.name}/${name}`, item),
    }
  }
  return path => cached(templates, path, () => load(path))
}

/** A hash of all that is written in a template. @param metadata with its settings filled in */
export function fingerprint({ files, fragments }: Template, metadata: Metadata): string {
  return sha256(JSON.stringify([files, metadata, ...fragments.map(({ fragment }) => fragment.source)]))
}

/**
 * The fragments of a template that are in Perl.
 * @throws Failure (refused) if one of the others does not parse
 */
export function perlFragments({ fragments, metadata }: TemplateFiles): FragmentFile[] {
  const { language } = readMetadata(metadata)
  const all = fragments.map(one => ({ one, fragment: compileFragment(one.file, { language }) }))
  const braces = bracesOfPerl(all)
  const isInPerl = (loaded: Looked) =>
    loaded.fragment.isPerl || (isText(loaded) && braces?.test(loaded.fragment.source))
  return all.filter(isInPerl).map(({ one }) => one)
}

const PERL = { language: 'perl' } as const

type Looked = Pick<Loaded, 'fragment'>

/**
 * Which braces in the text beside fragments in Perl are those of Perl: all, unless JavaScript is there too; then those with a
 * backslash. Undefined: none.
 */
function bracesOfPerl(all: readonly Looked[]): RegExp | undefined {
  if (!all.some(({ fragment }) => fragment.isPerl)) return undefined
  return all.some(({ fragment }) => !fragment.isPerl && fragment.source.includes('<%')) ? /\\[{}]/ : /[{}]/
}

function isText({ fragment }: Looked): boolean {
  return !fragment.isPerl && !fragment.source.includes('<%')
}

function filesOf(layers: readonly Layer[], path: string): TemplateFiles {
  const files = findTemplate(layers, path)
  if (files !== undefined) {
    refuseUnsafeTemplate(layers, files)
    return files
  }
  const names = listTemplates(layers).map(name => `/${name}`)
  const name = `/${templateName(path)}`
  throw refusal(`there is no template ${name}${didYouMean(name, names)}`, {
    hint: `Looked in ${layers.map(({ folder }) => folder).join(', ')}`,
  })
}
