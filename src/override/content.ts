import { join } from 'node:path'
import { isObject } from '../base/is-object.ts'
import { sha256 } from '../base/sha256.ts'
import { kindOf, linkText, namesIn, readBytes } from '../system/read-files.ts'

/** What a path is, following links. A link that leads nowhere counts as a file (in services2adjust its target is a word). */
export function overrideKind(path: string): 'file' | 'folder' | undefined {
  const kind = kindOf(path)
  if (kind !== undefined) return kind === 'folder' ? 'folder' : 'file'
  return linkText(path) === undefined ? undefined : 'file'
}

/** The content of a file. For a folder: a list of its files with their hashes, which changes when one of them does. */
export function contentOf(path: string): Buffer {
  const kind = kindOf(path)
  if (kind === 'folder') return Buffer.from(listing(path).join(''))
  const target = kind === undefined ? linkText(path) : undefined
  return target === undefined ? readBytes(path) : Buffer.from(`${target}\n`)
}

function listing(folder: string, prefix = ''): string[] {
  return namesIn(folder)
    .sort()
    .flatMap(name => {
      const file = join(folder, name)
      if (kindOf(file) === 'folder') return listing(file, `${prefix}${name}/`)
      return [`${sha256(contentOf(file))}  ${prefix}${name}\n`]
    })
}

/**
 * For a JSON file that is merged key by key: the part of the shipped one that a custom one overrides, which is the shipped
 * values of the custom file's keys, as text. Undefined if the custom file is not JSON.
 * @param depth how many levels are merged; deeper values are replaced as a whole
 */
export function overridden(custom: Buffer, shipped: Buffer, depth: number): string | undefined {
  try {
    return JSON.stringify(
      pick(JSON.parse(custom.toString('utf8')), JSON.parse(shipped.toString('utf8') || '{}'), depth),
    )
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function pick(custom: unknown, shipped: unknown, depth: number): unknown {
  if (depth === 0 || !isObject(custom)) return shipped ?? null
  const under = isObject(shipped) ? shipped : {}
  return Object.fromEntries(Object.keys(custom).map(key => [key, pick(custom[key], under[key], depth - 1)]))
}
