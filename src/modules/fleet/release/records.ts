import { type Entry, open, seal } from '../../../archive/sealed.ts'
import { compareBytes } from '../../../base/byte-order.ts'
import { messageOf, refusal } from '../../../base/failure.ts'
import { flag, integer, listOf, objectOf, optional, recordOf, text } from '../../../base/shape.ts'
import { parse, serialize } from '../../../db/json.ts'
import { DATABASE_NAME } from '../../../system/places.ts'
import { isFleetPath } from './layer-contents.ts'
import type { LayerContents, SiteFile } from './resolve.ts'

/** All records and files of a fleet, as a release had them. */
export type Layers = ReadonlyMap<string, LayerContents>

interface Label {
  readonly fleet: string
  readonly release: number
}

/** The form; another number cannot be read. */
const FORM = '1'
const INDEX = 'fleet.json'

const index = objectOf({
  form: text,
  fleet: text,
  release: integer,
  layers: recordOf(
    objectOf({
      from: text,
      databases: listOf(text),
      files: listOf(objectOf({ path: text, link: optional(text), program: optional(flag) })),
    }),
  ),
})

const databaseEntry = (layer: string, name: string) => `${layer}/records/${name}.json`
const fileEntry = (layer: string, path: string) => `${layer}/files/${path}`

/** Encrypts the records and files of a fleet for its controllers. */
export function sealRecords(layers: Layers, label: Label, recipient: string): Promise<Uint8Array> {
  const sorted = [...layers].sort(([a], [b]) => compareBytes(a, b))
  const listed = sorted.map(([name, { from, databases, files }]) => {
    const ofFiles = [...files].map(([path, file]) => ({ path, ...('link' in file ? file : { program: file.program }) }))
    return [name, { from, databases: [...databases.keys()], files: ofFiles }] as const
  })
  const first = { form: FORM, ...label, layers: Object.fromEntries(listed) }
  const entries = sorted.flatMap(([name, { databases, files }]): Entry[] => [
    ...[...databases].map(([database, records]) => ({
      name: databaseEntry(name, database),
      data: Buffer.from(serialize(records)),
    })),
    ...[...files].flatMap(([path, file]) => ('link' in file ? [] : [{ name: fileEntry(name, path), data: file.data }])),
  ])
  return seal([{ name: INDEX, data: Buffer.from(JSON.stringify(first)) }, ...entries], { recipients: [recipient] })
}

/** Opens what {@link sealRecords} has made. @throws Failure (refused) with the exact reason */
export async function openRecords(
  bytes: Uint8Array,
  identities: readonly string[],
  { fleet, release }: Label,
): Promise<Layers> {
  const entries = await open(bytes, { identities }, 'the records of the release')
  const byName = new Map(entries.map(({ name, data }) => [name, data]))
  const refuse = (why: string) => refusal(`the records of release ${release} ${why}`, { hint: 'Nothing was changed.' })
  const part = (name: string): Buffer => {
    const data = byName.get(name)
    if (data === undefined) throw refuse(`lack ${name}`)
    return data
  }
  const found = reading(() => index(JSON.parse(part(INDEX).toString('utf8'))))
  if (found.form !== FORM) throw refuse(`have the form ${found.form}, which this version cannot read`)
  if (found.fleet !== fleet || found.release !== release)
    throw refuse(`are those of release ${found.release} of the fleet ${found.fleet}`)
  const layers = Object.entries(found.layers).map(([name, { from, databases, files }]): [string, LayerContents] => {
    if (!/^(all|(group|host)\/[A-Za-z0-9][A-Za-z0-9.-]*)$/.test(name))
      throw refuse(`have a part ${JSON.stringify(name)}`)
    const badDatabase = databases.find(database => !DATABASE_NAME.test(database))
    const badFile = files.find(({ path }) => !isFleetPath(path))?.path
    const bad = badDatabase ?? badFile
    if (bad !== undefined) throw refuse(`have a part ${JSON.stringify(bad)}`)
    const records = databases.map(
      database => [database, reading(() => parse(part(databaseEntry(name, database)).toString('utf8')))] as const,
    )
    const contents = files.map(({ path, link, program = false }): [string, SiteFile] => [
      path,
      link === undefined ? { data: part(fileEntry(name, path)), program } : { link },
    ])
    return [name, { from, databases: new Map(records), files: new Map(contents) }]
  })
  return new Map(layers)

  function reading<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw refuse(`cannot be read: ${messageOf(error)}`)
    }
  }
}
