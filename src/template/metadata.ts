import { defined } from '../base/defined.ts'
import { messageOf, orUndefined, refusal } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import { didYouMean } from '../base/nearest.ts'
import { QUOTERS } from '../base/quote.ts'
import { readText } from '../system/read-files.ts'
import { actionProblem } from '../system/service/actions.ts'
import { BANNER_STYLES } from './banner.ts'

/** Property values that a record must have to match. */
export type Where = Readonly<Record<string, string>>

/** Selects records. */
export interface Each {
  readonly db: string
  readonly type?: string
  /** A regular expression that the whole key must match. */
  readonly key?: string
  /** An empty value also matches a record without the property. */
  readonly where?: Where
}

/** A folder that is created if it is missing; with `each`, one per record. */
export interface FolderRule {
  /** As `output`; or `{NAME}` alone: a property that holds the path, and no folder where it is empty. */
  readonly path: string
  /** Owner, group and permissions of a new one. Default: root, root and 0755. */
  readonly owner?: string
  readonly group?: string
  readonly mode?: number
  readonly each?: Each
}

/** What `template.json` says about how the output is judged before it is put in place. */
export interface Judging {
  /** Commands that check the staged file, `{}`. Default: the usual ones for this kind of file. */
  readonly validate?: readonly (readonly string[])[]
}

/** What `template.json` says about a template. A site's file overrides the shipped one key by key. */
export interface Metadata extends Judging {
  /** What the output is for, in one line. */
  readonly description?: string
  /** Owner, group and permissions of the output. Default: those of the existing file, else root, root and 0644. */
  readonly owner?: string
  readonly group?: string
  readonly mode?: number
  /**
   * Path of the output. `{key}` is the record's key, `{NAME}` its property, `{RECORD.PROPERTY}` a setting.
   * Default: the template's name.
   */
  readonly output?: string
  /** Takes the fragments from another template. */
  readonly template?: string
  /** Comment style of the banner. A single-file template has a banner only if this is given. */
  readonly comment?: string
  /** What fragments without tags are: text, or Perl in braces. Default: what they look like. */
  readonly language?: 'perl' | 'text'
  /** How `<%= %>` quotes. Sub-templates inherit it. */
  readonly format?: string
  /** One output per record. */
  readonly each?: Each
  /** Folders that must exist for the output. */
  readonly folders?: readonly FolderRule[]
  /** A symbolic link to maintain next to the output, for the records that match `where`. */
  readonly link?: { readonly path: string; readonly where?: Where }
  /** Services to adjust when the output changed: `httpd:reload`. `{key}` is the record's key. */
  readonly notify: readonly string[]
  /** Templates without which the output has no effect: an event that expands this one expands them too. */
  readonly with?: readonly string[]
  /** A file that gabarit did not write is not replaced; this is the command that names another one. */
  readonly keepForeign?: string
  /** Removes the output instead of generating it. */
  readonly delete: boolean
  readonly squeezeBlank: boolean
  /** A function in Perl, `sub { … }`, that each line goes through. */
  readonly filter?: string
}

type Check = (value: unknown) => string | undefined

const text: Check = value => (typeof value === 'string' && value !== '' ? undefined : 'must be a non-empty string')
const line: Check = value => (isText(value) && !/\p{Cc}/u.test(value) ? undefined : 'must be a single line')
const flag: Check = value => (typeof value === 'boolean' ? undefined : 'must be true or false')
// A setting at its beginning is checked later, once its value is known.
const path: Check = value =>
  typeof value === 'string' && /^(\/|\{[\w-]+\.[\w-]+\})/.test(value) && !value.split('/').includes('..')
    ? undefined
    : 'must be an absolute path without ".."'
const oneOf =
  (words: readonly string[]): Check =>
  value =>
    typeof value === 'string' && words.includes(value)
      ? undefined
      : `must be one of ${words.join(', ')}${typeof value === 'string' ? didYouMean(value, words) : ''}`
const where: Check = value =>
  isObject(value) && Object.values(value).every(one => typeof one === 'string')
    ? undefined
    : 'must be an object of property values'

const mode: Check = value =>
  typeof value === 'string' && /^0?[0-7]{3}$/.test(value) ? undefined : 'must be an octal string like "0644"'
const each: Check = value =>
  isObject(value) &&
  isText(value.db) &&
  isText(value.type ?? 'any') &&
  isPattern(value.key ?? '.*') &&
  onlyKeys(value, ['db', 'type', 'key', 'where']) &&
  where(value.where ?? {}) === undefined
    ? undefined
    : 'must be an object with "db" and optionally "type", "key" (a regular expression) and "where"'
const folder = (value: unknown): string | undefined => {
  if (!isObject(value)) return path(value)
  if (!onlyKeys(value, ['path', 'owner', 'group', 'mode', 'each']))
    return 'must have "path" and optionally "owner", "group", "mode" and "each"'
  const place = /^\{[\w-]+\}$/.test(String(value.path)) ? undefined : path(value.path)
  const others = [text(value.owner ?? 'any'), text(value.group ?? 'any'), mode(value.mode ?? '0755')]
  return [place, ...others, each(value.each ?? { db: 'any' })].find(problem => problem !== undefined)
}

const CHECKS: Readonly<Record<string, Check>> = {
  description: line,
  owner: text,
  group: text,
  mode,
  output: path,
  template: path,
  comment: oneOf(Object.keys(BANNER_STYLES)),
  language: oneOf(['perl', 'text']),
  format: oneOf(Object.keys(QUOTERS)),
  each,
  folders: value =>
    Array.isArray(value)
      ? value.map(folder).find(problem => problem !== undefined)
      : 'must be a list of paths, or of objects with "path"',
  link: value =>
    path(value) === undefined ||
    (isObject(value) &&
      path(value.path) === undefined &&
      onlyKeys(value, ['path', 'where']) &&
      where(value.where ?? {}) === undefined)
      ? undefined
      : 'must be an absolute path, or an object with "path" and optionally "where"',
  validate: value =>
    Array.isArray(value) &&
    value.every(command => Array.isArray(command) && command.length > 0 && command.every(isText))
      ? undefined
      : 'must be a list of commands, each a list of words',
  notify: value =>
    Array.isArray(value) &&
    value.every(entry => typeof entry === 'string' && /^([\w@.-]|\{key\})+:[a-z0-9-]+$/.test(entry))
      ? unknownAction(value)
      : 'must be a list like ["httpd:reload"]',
  with: value =>
    Array.isArray(value) && value.every(one => path(one) === undefined)
      ? undefined
      : 'must be a list of templates, each an absolute path',
  keepForeign: line,
  delete: flag,
  squeezeBlank: flag,
  filter: text,
}

/**
 * Reads and merges the metadata files of a template; the last one takes precedence.
 * @throws Failure (refused) for a malformed file, with its name and what is wrong
 */
export function readMetadata(files: readonly string[]): Metadata {
  const merged: Record<string, unknown> = Object.assign({}, ...files.map(readOne))
  const { mode, link, folders, ...rest } = merged
  // Each part was checked by readOne.
  const metadata = {
    notify: [],
    delete: false,
    squeezeBlank: false,
    ...rest,
    ...numeric(mode),
    ...defined({
      folders: Array.isArray(folders) ? folders.map(folderRule) : undefined,
      link: typeof link === 'string' ? { path: link } : link,
    }),
  } as Metadata
  refuseLoneKey(metadata, files.at(-1) ?? '')
  return metadata
}

function numeric(mode: unknown): { mode?: number } {
  return typeof mode === 'string' ? { mode: Number.parseInt(mode, 8) } : {}
}

function folderRule(rule: unknown): object {
  return isObject(rule) ? { ...rule, ...numeric(rule.mode) } : { path: rule }
}

/** Without a record, `{key}` or `{PROPERTY}` would be taken literally, as a file name. */
function refuseLoneKey({ each, output, link, notify, folders = [] }: Metadata, file: string): void {
  if (each !== undefined) return
  const alone = folders.filter(rule => rule.each === undefined)
  const texts = { output, link: link?.path, notify: notify.join(), folders: alone.map(({ path }) => path).join() }
  for (const [name, text] of Object.entries(texts)) {
    const [place] = /\{[\w-]+\}/.exec(text ?? '') ?? []
    if (place === undefined) continue
    const what = place === '{key}' ? 'key' : 'property'
    throw refusal(`"${name}" has ${place}, but without "each" there is no record to take the ${what} from`, {
      where: file,
      hint: 'Add "each": { "db": "…" }, or name one file. See docs/reference/fragments.md, "template.json".',
    })
  }
}

function readOne(file: string): Record<string, unknown> {
  const source = readText(file)
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch (error) {
    throw refusal(`this is not JSON: ${messageOf(error)}`, { where: file })
  }
  if (!isObject(value)) throw refusal('this must be a JSON object', { where: file })
  const problems = Object.entries(value).flatMap(([key, entry]) => {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined
    if (check === undefined) return [`unknown key "${key}"${didYouMean(key, Object.keys(CHECKS))}`]
    const problem = check(entry)
    return problem === undefined ? [] : [`"${key}" ${problem}`]
  })
  if (problems.length > 0)
    throw refusal(problems.join('; '), { where: file, hint: 'See docs/reference/fragments.md, "template.json".' })
  return value
}

/** What is wrong with the actions of a `notify` list. Checked now, because after the files are written it is too late. */
function unknownAction(entries: readonly string[]): string | undefined {
  const [problem] = entries.flatMap(entry => actionProblem(entry.slice(entry.indexOf(':') + 1)) ?? [])
  return problem && `has an ${problem}`
}

function isPattern(value: unknown): boolean {
  return isText(value) && orUndefined(() => new RegExp(value, 'u')) !== undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function onlyKeys(value: Record<string, unknown>, allowed: readonly string[]): boolean {
  return Object.keys(value).every(key => allowed.includes(key))
}
