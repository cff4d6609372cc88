import { type Entry, open, seal } from '../../../archive/sealed.ts'
import { messageOf, refusal } from '../../../base/failure.ts'
import { flag, integer, listOf, objectOf, optional, orNull, type TypeOf, text } from '../../../base/shape.ts'
import { DATABASE_NAME } from '../../../system/places.ts'
import { isFleetPath } from './layer-contents.ts'
import type { Resolved, ResolvedFile } from './resolve.ts'

/** Whose a bundle is, and of which release. */
export type Label = TypeOf<typeof label>
const LABEL = { fleet: text, host: text, release: integer }
const label = objectOf(LABEL)

/** The form of a bundle; another number cannot be read. */
const FORM = '1'

/** The file that comes first in a bundle. */
const INDEX = 'release.json'

const index = objectOf({
  form: text,
  ...LABEL,
  values: listOf(objectOf({ database: text, key: text, property: orNull(text), value: text, from: text })),
  files: listOf(objectOf({ path: text, from: text, link: optional(text), program: optional(flag) })),
})

const entryOf = (path: string) => `site/${path}`

/** Encrypts what a release sets on a host, for that host only. */
export function sealBundle({ values, files }: Resolved, label: Label, recipient: string): Promise<Uint8Array> {
  const listed = files.map(({ path, from, ...file }) =>
    'link' in file ? { path, from, link: file.link } : { path, from, program: file.program },
  )
  const first = { name: INDEX, data: Buffer.from(JSON.stringify({ form: FORM, ...label, values, files: listed })) }
  const others = files.flatMap((file): Entry[] =>
    'link' in file ? [] : [{ name: entryOf(file.path), data: file.data }],
  )
  return seal([first, ...others], { recipients: [recipient] })
}

/**
 * Opens a bundle, and checks that all of it can be used.
 * @throws Failure (refused) with the exact reason
 */
export async function openBundle(bytes: Uint8Array, identities: readonly string[], expected: Label): Promise<Resolved> {
  const entries = await open(bytes, { identities }, 'the bundle')
  const byName = new Map(entries.map(({ name, data }) => [name, data]))
  const refuse = (why: string) => refusal(`the bundle ${why}`, { hint: 'Nothing was changed.' })
  const found = read(byName.get(INDEX), refuse)
  if (found.form !== FORM) throw refuse(`has the form ${found.form}, which this version cannot read`)
  for (const part of ['fleet', 'host', 'release'] as const)
    if (found[part] !== expected[part]) throw refuse(`is for the ${part} ${found[part]}, not ${expected[part]}`)
  const bad = found.values.find(({ database }) => !DATABASE_NAME.test(database))
  if (bad !== undefined) throw refuse(`names ${JSON.stringify(bad.database)}, which cannot be a database`)
  const files = found.files.map(({ path, from, link, program = false }): ResolvedFile => {
    if (!isFleetPath(path)) throw refuse(`has the file ${JSON.stringify(path)}, which a fleet may not bring`)
    if (link !== undefined) return { path, from, link }
    const data = byName.get(entryOf(path))
    if (data === undefined) throw refuse(`lacks ${path}`)
    return { path, from, data, program }
  })
  return { values: found.values, files }
}

function read(data: Buffer | undefined, refuse: (why: string) => Error): TypeOf<typeof index> {
  if (data === undefined) throw refuse(`has no ${INDEX}`)
  try {
    return index(JSON.parse(data.toString('utf8')))
  } catch (error) {
    throw refuse(`cannot be read: ${messageOf(error)}`)
  }
}
