import { basename, dirname, join, normalize } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { refusal } from '../base/failure.ts'
import { compareFragments, isBackup } from '../base/fragment-names.ts'
import { type Places, packageFolders } from '../system/places.ts'
import { entriesIn, kindOf } from '../system/read-files.ts'
import { refuseUnsafeBelow } from '../system/trust.ts'

/** One folder of the search list. */
export interface Layer {
  readonly folder: string
  /** Whether it holds the site's overrides (templates-custom), not a package's templates. */
  readonly custom: boolean
  /** The folder of the module that it is in. */
  readonly module?: string
}

/** A file of a template, selected by the merge rules. */
export interface FragmentFile {
  /** Base name, by which a custom fragment replaces a shipped one. */
  readonly name: string
  readonly file: string
  readonly custom: boolean
  /** The file it replaces, if any. */
  readonly shadows: string | undefined
}

/** The files of one template after the merge, in the order of expansion. */
export interface TemplateFiles {
  /** Without a leading slash: `etc/hosts`. */
  readonly name: string
  readonly fragments: readonly FragmentFile[]
  /** Whether it is a single file, not a folder of fragments. */
  readonly single: boolean
  /** Metadata files, the site's last. */
  readonly metadata: readonly string[]
  readonly warnings: readonly string[]
}

const SUSPICIOUS = /(\.bak|\.save|\.swo|^#.*#)$/
export const METADATA_FILE = 'template.json'

/** The search list, first wins: site's custom, checkout's custom, site's templates, those of modules, shipped templates. */
export function searchList(places: Places): readonly Layer[] {
  return [
    { folder: join(places.site, 'templates-custom'), custom: true },
    { folder: join(places.shipped, 'templates-custom'), custom: true },
    ...packageFolders(places)
      .toReversed()
      .map(base => {
        const layer = { folder: join(base, 'templates'), custom: false }
        return places.modules.includes(base) ? { ...layer, module: base } : layer
      }),
  ]
}

/**
 * The name of a template without its leading slash.
 * @throws Failure (refused) if the name leaves the template folders
 */
export function templateName(path: string): string {
  const name = normalize(path.replace(/^\/+/, '')).replace(/\/+$/, '')
  if (path.includes('\0') || path.split('/').includes('..') || name === '' || name === '.')
    throw refusal(`"${path}" is not the name of a template`, {
      hint: 'A template is named like its target: /etc/hosts',
    })
  return name
}

/**
 * Finds the files of a template by SME Server's merge rules (esmith "processTemplate"): walking the layers from the
 * last to the first, a regular file replaces everything, a folder adds or replaces by name, an absent one does nothing.
 * @returns undefined if no layer has the template
 */
export function findTemplate(layers: readonly Layer[], path: string): TemplateFiles | undefined {
  const name = templateName(path)
  const byName = new Map<string, FragmentFile>()
  const metadata: string[] = []
  const warnings: string[] = []
  let sawFolder = false
  let single = false
  for (const layer of layers.toReversed()) {
    const base = join(layer.folder, name)
    if (isFile(`${base}.${METADATA_FILE}`)) metadata.push(`${base}.${METADATA_FILE}`)
    const kind = kindOf(base)
    if (kind === 'file') {
      const shadows = [...byName.values()].at(-1)?.file
      byName.clear()
      byName.set(name, { name: basename(name), file: base, custom: layer.custom, shadows })
      single = true
    } else if (kind === 'folder') {
      if (single) byName.clear()
      single = false
      sawFolder = true
      addFolder(base, layer, byName, warnings)
      if (isFile(join(base, METADATA_FILE))) metadata.push(join(base, METADATA_FILE))
    }
  }
  if (byName.size === 0 && metadata.length === 0) return undefined
  return { name, fragments: inOrder(byName.values()), single: single && !sawFolder, metadata, warnings }
}

/**
 * Refuses a template with a part that others may change.
 * @throws Failure (refused)
 */
export function refuseUnsafeTemplate(layers: readonly Layer[], { fragments, metadata }: TemplateFiles): void {
  const homes = layers.flatMap(({ folder, module }) => [folder, module ?? folder].map(home => dirname(home)))
  const seen = new Set<string>()
  for (const file of [...fragments.map(fragment => fragment.file), ...metadata]) refuseUnsafeBelow(homes, file, seen)
}

function addFolder(base: string, layer: Layer, byName: Map<string, FragmentFile>, warnings: string[]): void {
  for (const entry of entriesIn(base)) {
    const file = join(base, entry.name)
    if (entry.isDirectory() || entry.name === METADATA_FILE) continue
    if (!entry.isFile() && !isFile(file)) continue
    if (isBackup(entry.name)) {
      warnings.push(`${file}: skipped, it looks like a backup made by an editor or a package`)
      continue
    }
    if (SUSPICIOUS.test(entry.name)) warnings.push(`${file}: looks like a backup, but is expanded as a fragment`)
    const shadows = byName.get(entry.name)?.file
    byName.set(entry.name, { name: entry.name, file, custom: layer.custom, shadows })
  }
}

/** `template-begin`, then byte order of the names, then `template-end`. */
function inOrder(fragments: Iterable<FragmentFile>): FragmentFile[] {
  return [...fragments].sort((a, b) => compareFragments(a.name, b.name))
}

/**
 * Names of all templates. A folder is a template if it contains `template.json`, `template-begin`, `template-end` or a
 * file whose name begins with two digits; else its files are single-file templates. Folders below a template are
 * sub-templates and not listed.
 */
export function listTemplates(layers: readonly Layer[]): string[] {
  const found = new Set<string>()
  for (const layer of layers) walk(layer.folder, '', found)
  const names = [...found].sort(compareBytes)
  return names.filter(name => !names.some(other => name.startsWith(`${other}/`)))
}

const FRAGMENT_NAME = /^(\d\d|template-(begin|end)$|template\.json$)/

/** Whether a folder with a file of this name is a template. */
export function isFragment(name: string): boolean {
  return FRAGMENT_NAME.test(name)
}

function walk(folder: string, name: string, found: Set<string>): void {
  const entries = entriesIn(folder)
  if (name !== '' && entries.some(entry => isFragment(entry.name) && !entry.isDirectory())) {
    found.add(name)
    return
  }
  for (const entry of entries) {
    const path = name === '' ? entry.name : `${name}/${entry.name}`
    if (entry.isDirectory()) walk(join(folder, entry.name), path, found)
    else if (entry.name.endsWith(`.${METADATA_FILE}`)) found.add(path.slice(0, -METADATA_FILE.length - 1))
    else if (name !== '' && !entry.name.startsWith('.') && !isBackup(entry.name)) found.add(path)
  }
}

/** The sub-templates of a template: its folders at any depth, `VirtualHosts`, in byte order. */
export function listSubTemplates(layers: readonly Layer[], path: string): string[] {
  const below = (folder: string, prefix: string): string[] =>
    entriesIn(folder)
      .filter(entry => entry.isDirectory())
      .flatMap(({ name }) => [`${prefix}${name}`, ...below(join(folder, name), `${prefix}${name}/`)])
  const name = templateName(path)
  return [...new Set(layers.flatMap(({ folder }) => below(join(folder, name), '')))].sort(compareBytes)
}

function isFile(path: string): boolean {
  return kindOf(path) === 'file'
}
