import { basename, dirname, join } from 'node:path'
import { Failure, orFailure, orUndefined } from '../base/failure.ts'
import type { System } from '../system/system.ts'
import { keptOut } from './kept-out.ts'
import type { Ours } from './ours.ts'
import { type Line, type Part, plainFile, SITE, together } from './part.ts'
import { E_SMITH, type OldServer } from './source.ts'

const FOLDER = join(E_SMITH, 'templates.metadata')

/** Names of accounts that Debian calls otherwise. */
const ACCOUNTS: Readonly<Record<string, string>> = { www: 'www-data', apache: 'www-data', nobody: 'nobody' }

/** What is said of templates: owner, mode, other names. It becomes `NAME.template.json` beside the template. */
export function metadata(old: OldServer, ours: Ours, system: System): Part {
  const settings = new Map<string, Map<string, string>>()
  for (const path of old.tree.below(FOLDER)) {
    const text = old.tree.read(join(FOLDER, path))?.toString('utf8') ?? ''
    // A folder has a file for each name, such as PERMS.
    const inFolder = /^[A-Z_]+$/.test(basename(path))
    const template = inFolder ? dirname(path) : path
    const known = settings.get(template) ?? new Map<string, string>()
    settings.set(template, known)
    if (inFolder) known.set(basename(path), text.trim())
    else
      for (const [, name = '', value = ''] of text.matchAll(/^\s*([A-Z_]+)\s*=\s*(.*\S)\s*$/gm)) known.set(name, value)
  }
  return together([...settings].map(([template, known]) => ofTemplate(template, known, ours, system)))
}

function ofTemplate(template: string, settings: ReadonlyMap<string, string>, ours: Ours, system: System): Part {
  const what = join(FOLDER, template)
  const out = keptOut(template) ?? (ours.has(template) ? 'gabarit has this template itself' : undefined)
  if (out !== undefined) return { lines: [{ fate: 'unsupported', what, how: `not taken: ${out}` }], wanted: [] }
  const lines: Line[] = []
  const data: Record<string, unknown> = {}
  for (const [name, expression] of settings) {
    const value = orFailure(() => convert(name, expression, system))
    if (value instanceof Failure) lines.push({ fate: 'unsupported', what, how: value.message })
    else Object.assign(data, value)
  }
  const words = Object.entries(data).map(([name, value]) => `${name} ${String(value)}`)
  if (words.length === 0) return { lines, wanted: [] }
  lines.push({ fate: 'converted', what, how: `becomes ${template}.template.json: ${words.join(', ')}` })
  const file = plainFile(join(SITE, 'templates', `${template}.template.json`), `${JSON.stringify(data, null, 2)}\n`)
  return { lines, wanted: [file] }
}

/** @throws Failure with what is not supported */
function convert(name: string, expression: string, system: System): Record<string, unknown> {
  const text = /^(?:"([^"$@\\]*)"|'([^'\\]*)'|([\w/.-]*))$/.exec(expression)
  const literal = text?.[1] ?? text?.[2] ?? text?.[3]
  if (name === 'FILTER') return { filter: expression }
  if (name === 'MORE_DATA')
    throw new Failure('MORE_DATA is not supported: write its values into the fragments that use them')
  if (literal === undefined || literal === '')
    throw new Failure(`${name} is Perl, and is not taken: ${expression}. See template.json in the reference`)
  switch (name) {
    case 'PERMS':
      if (!/^0?[0-7]{3}$/.test(literal)) throw new Failure(`PERMS ${expression} is not a mode`)
      return { mode: literal.padStart(4, '0') }
    case 'UID':
      return { owner: account(name, literal, id => system.userId(id)) }
    case 'GID':
      return { group: account(name, literal === 'nobody' ? 'nogroup' : literal, id => system.groupId(id)) }
    case 'OUTPUT_FILENAME':
      return { output: absolute(literal) }
    case 'TEMPLATE_PATH':
      return { template: absolute(literal) }
    case 'DELETE':
      return literal === '0' ? {} : { delete: true }
    default:
      throw new Failure(`${name} is not supported here`)
  }
}

function absolute(path: string): string {
  return `/${path.replace(/^\/+/, '')}`
}

/** @throws Failure if there is no such account on this machine: no event could make the file */
function account(name: string, there: string, find: (name: string) => number): string {
  const here = ACCOUNTS[there] ?? there
  if (orUndefined(() => find(here)) === undefined)
    throw new Failure(
      `${name} "${there}" is left out: this machine has no such account. Install the package that makes it, and import again`,
    )
  return here
}
