import { createTarDecoder } from 'modern-tar'
import { Failure, messageOf, refusal } from '../base/failure.ts'
import { unpackedBytes } from '../system/packed.ts'
import { headOf } from '../system/read-files.ts'
import { LARGEST } from './old-tree.ts'
import { DATA } from './stays.ts'

/** What is taken out of the archive of an old server. */
export interface Unpacked {
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly links: ReadonlyMap<string, string>
  readonly programs: ReadonlySet<string>
  /** What stands before paths in the archive: `./` or nothing. */
  readonly prefix: string
}

/** The settings of an old server have some thousand files with some megabytes. */
const [MOST_FILES, MOST_BYTES] = [100_000, 256 * 1024 * 1024]

/**
 * Reads a tar archive, compressed or not. Nobody vouches for it: names that lead out of it, and files below links, are refused;
 * devices are left out. Of data, such as the contents of i-bays, only the names of the folders are kept.
 * @throws Failure (refused) that names the entry
 */
export async function unpack(file: string): Promise<Unpacked> {
  const files = new Map<string, Uint8Array>()
  const links = new Map<string, string>()
  const programs = new Set<string>()
  let prefix = ''
  let size = 0
  for await (const { header, body } of entriesOf(file)) {
    const { name, type = 'file', linkname = '', mode = 0 } = header
    const path = pathOf(name, file)
    if (name.startsWith('./')) prefix = './'
    const data = DATA.find(folder => path.startsWith(`${folder}/`))
    const stands = data === undefined ? undefined : `${data}/${path.slice(data.length + 1).split('/')[0]}`
    if (stands !== undefined) files.set(stands, Buffer.alloc(0))
    else if (type === 'symlink') links.set(path, linkname)
    // The other name of a file: it leads to it from the root of the old server.
    else if (type === 'link') links.set(path, `/${pathOf(linkname, file)}`)
    else if (type === 'file' && path !== '' && header.size <= LARGEST) {
      size += header.size
      if (size > MOST_BYTES || files.size >= MOST_FILES) throw tooMuch(name, file)
      files.set(path, await bytesOf(body))
      if ((mode & 0o111) !== 0) programs.add(path)
      continue
    }
    if (files.size + links.size >= MOST_FILES) throw tooMuch(name, file)
    await body.cancel()
  }
  for (const path of files.keys()) links.delete(path)
  for (const path of [...files.keys(), ...links.keys()]) refuseBelow(path, files, links, file)
  return { files, links, programs, prefix }
}

type Entries = AsyncIterable<{
  readonly header: {
    readonly name: string
    readonly type?: string
    readonly linkname?: string
    readonly mode?: number
    readonly size: number
  }
  readonly body: ReadableStream<Uint8Array>
}>

async function* entriesOf(file: string): Entries {
  const bytes = unpackedBytes(file, headOf(file))
  const source = new ReadableStream<Uint8Array>({
    pull: async controller => {
      const { done, value } = await bytes.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => void (await bytes.return(undefined)),
  })
  try {
    yield* source.pipeThrough(createTarDecoder({ strict: true }))
  } catch (error) {
    if (error instanceof Failure) throw error
    throw refusal(`is no whole tar archive: ${messageOf(error)}`, { where: file, hint: 'Nothing was changed.' })
  }
}

async function bytesOf(body: ReadableStream<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of body) parts.push(part)
  return Buffer.concat(parts)
}

/** The path of an entry, without `./` and the last slash; empty for the root. @throws Failure (refused) */
function pathOf(name: string, file: string): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  const isLong = name.length > 4000 || parts.some(part => Buffer.byteLength(part) > 255)
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0') || isLong)
    throw refused(`${JSON.stringify(name.slice(0, 200))} is no name below the root`, file)
  return parts.join('/')
}

/** @throws Failure (refused) for what lies below a file or link */
function refuseBelow(path: string, files: Unpacked['files'], links: Unpacked['links'], file: string): void {
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const folder = path.slice(0, at)
    if (files.has(folder) || links.has(folder))
      throw refused(`${JSON.stringify(path)} lies below ${JSON.stringify(folder)}, which is no folder`, file)
  }
}

function tooMuch(name: string, file: string): Failure {
  return refused(
    `has more than ${MOST_FILES} files or ${MOST_BYTES / 1024 / 1024} MiB, at ${JSON.stringify(name)}`,
    file,
    'Unpack the settings alone, and give their folder: etc/e-smith and the databases.',
  )
}

function refused(what: string, where: string, hint = 'Nothing was changed.'): Failure {
  return refusal(what, { where, hint })
}
