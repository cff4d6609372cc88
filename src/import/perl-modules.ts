import { join } from 'node:path'
import { Failure, orFailure } from '../base/failure.ts'
import { Draft } from '../db/draft.ts'
import { PerlMigrations } from '../db/perl-migration.ts'
import type { Records } from '../db/record.ts'
import { withTemporaryFiles } from '../system/folder-tree.ts'
import { outputOf } from '../system/output-of.ts'
import type { Paths } from '../system/places.ts'
import { exists } from '../system/read-files.ts'
import type { OldTree } from './old-tree.ts'
import { type Line, type Part, plainFile, SITE, type WantedFile } from './part.ts'
import type { OldServer } from './source.ts'

/** A module of the old server. */
export interface PerlModule {
  readonly name: string
  /** Where it is there. */
  readonly path: string
  readonly source: Buffer
  /** Where it will be. */
  readonly here: string
}

/** Where the modules of old systems are. Of these folders, only the system's own come: for others, Debian has packages. */
const SYSTEM = ['/usr/share/perl5/vendor_perl', '/usr/share/perl5', '/usr/lib/perl5/vendor_perl']
const OF_THE_SYSTEM = /^(esmith|NethServer|SrvMngr)::/

/** Where administrators put what they brought. */
const SITE_PERL = ['/usr/local/share/perl5', '/usr/local/lib/perl5', '/usr/lib/perl5/site_perl']

/** Where the sources of a package have them. */
const SOURCES = ['/lib/perl', '/']

/** They load whatever is in the folder of their name. */
const WITH_PLUGINS = ['NethServer::TrustedNetworks', 'NethServer::Firewall']

/**
 * The modules that programs in Perl use, of those that only the old server has.
 * @param programs the texts of fragments, migrations and actions
 */
export function perlModules(old: OldServer, programs: readonly string[], places: Paths): PerlModule[] {
  const names = new Set(programs.flatMap(usedIn))
  if (names.size === 0) return []
  const here = [join(places.shipped, 'perl'), ...foldersHere()]
  const found: PerlModule[] = []
  for (const name of names) {
    const file = `${name.replaceAll('::', '/')}.pm`
    if (WITH_PLUGINS.includes(name)) for (const plugin of pluginsOf(name, old)) names.add(plugin)
    if (here.some(folder => exists(join(folder, file)))) continue
    const [module] = candidates(name, old).flatMap(({ tree, folder }) => {
      const [path, source] = [join(folder, file), tree.read(join(folder, file))]
      return source === undefined ? [] : [{ name, path, source, here: `${SITE}/perl/${file}` }]
    })
    if (module === undefined) continue
    found.push(module)
    // The loop comes to these, too.
    for (const used of usedIn(module.source.toString('latin1'))) names.add(used)
  }
  return found
}

/**
 * Those of the modules that come over: each is loaded as fragments load it, without network and unable to write files.
 * @param places where they are already, for a trial
 * @param records a database as it will be
 */
export function loadable(
  modules: readonly PerlModule[],
  places: Paths,
  records: (database: string) => Records | undefined,
): Part {
  const lines: Line[] = []
  const wanted = modules.flatMap((module): WantedFile[] => {
    const problem = problemOf(module, places, records)
    lines.push(
      problem === undefined
        ? { fate: 'perl', what: module.path, how: `fragments or actions use it: becomes ${module.here}` }
        : { fate: 'unsupported', what: module.path, how: `not taken: ${problem}` },
    )
    return problem === undefined ? [plainFile(module.here, module.source)] : []
  })
  return { lines, wanted }
}

/** Why fragments cannot use a module; undefined: they can. */
function problemOf(
  { name, source }: PerlModule,
  places: Paths,
  records: (database: string) => Records | undefined,
): string | undefined {
  if (/^\s*(use|require)\s+(XSLoader|DynaLoader)\b/m.test(source.toString('latin1')))
    return 'it is partly in C. Look for a package of Debian'
  const draft = new Draft(records('configuration') ?? new Map())
  const perl = new PerlMigrations(places, 'configuration', draft, () => undefined, records)
  const failure = withTemporaryFiles(new Map([['load', `{ require ${name}; "" }`]]), folder =>
    orFailure(() => perl.run(join(folder, 'load'))),
  )
  if (failure instanceof Failure) return failure.message.split('\n')[0]
  return draft.changedKeys().length === 0 ? undefined : 'it changes a database as soon as it is loaded'
}

/** The modules that a program loads. */
function usedIn(source: string): string[] {
  const loaded = [
    ...source.matchAll(/(?:^|[;{}])\s*(?:use|require)\s+([A-Za-z_]\w*(?:::\w+)+|[A-Z]\w*)(?=\s*[;('"q\s])/gm),
  ]
  const parents = [...source.matchAll(/(?:^|[;{}])\s*use\s+(?:base|parent)\b([^;]*);/gm)]
  return [
    ...loaded.map(([, name = '']) => name),
    ...parents.flatMap(([, words = '']) => [...words.matchAll(/\w+(?:::\w+)+/g)].map(([name]) => name)),
  ]
}

/** The folders in which a module may be, with the tree that they are in. */
function candidates(name: string, { tree, sources }: OldServer): { tree: OldTree; folder: string }[] {
  const folders = [...SITE_PERL, ...(OF_THE_SYSTEM.test(name) ? SYSTEM : [])].map(folder => ({ tree, folder }))
  return [...folders, ...(sources === undefined ? [] : SOURCES.map(folder => ({ tree: sources, folder })))]
}

function pluginsOf(name: string, old: OldServer): string[] {
  const path = name.replaceAll('::', '/')
  const files = candidates(name, old).flatMap(({ tree, folder }) => tree.names(join(folder, path)))
  return files.flatMap(file => /^(\w+)\.pm$/.exec(file)?.[1] ?? []).map(plugin => `${name}::${plugin}`)
}

/** Where Perl looks for modules on this machine; nowhere, if there is no Perl. */
function foldersHere(): string[] {
  const said = orFailure(() => outputOf(['perl', '-e', 'print join "\\n", @INC'], process.env))
  return said instanceof Failure ? [] : said.stdout.split('\n')
}
