import { lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { EXIT, Failure, hasCode } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Places } from '../system/places.ts'
import type { Request } from '../system/service/adjustment.ts'

/** An executable of an event. */
export interface Handler {
  readonly name: string
  readonly file: string
  /** The file with links resolved, by which actions that run in-process are recognised. */
  readonly realFile: string
}

/** What an event requests of a service: the words as written, and where. */
export interface ServiceEntry {
  readonly service: string
  readonly words: readonly string[]
  readonly file: string
}

/** An event, assembled from the shipped folder and the site's. */
export interface Event {
  readonly name: string
  /** The folders of its parts, the site's last. */
  readonly folders: readonly string[]
  /** In byte order of their names. */
  readonly handlers: readonly Handler[]
  /** Template names without leading slash, in byte order. */
  readonly templates: readonly string[]
  readonly services: readonly ServiceEntry[]
}

/** The folders of events, the site's last: its entries replace shipped ones with the same name. */
export function eventFolders(places: Places): string[] {
  return [join(places.shipped, 'events'), join(places.site, 'events')]
}

/** Names of all events, in byte order. `actions` is the folder of the actions, not an event. */
export function listEvents(places: Places): string[] {
  const names = eventFolders(places).flatMap(folder =>
    entries(folder)
      .filter(
        entry => entry.name !== 'actions' && !entry.name.startsWith('.') && kind(join(folder, entry.name)) === 'folder',
      )
      .map(entry => entry.name),
  )
  return [...new Set(names)].sort(compareBytes)
}

/**
 * Loads an event.
 * @throws Failure (usage) for an invalid or unknown name
 */
export function loadEvent(places: Places, name: string): Event {
  const known = listEvents(places)
  if (!/^\w[\w.-]*$/.test(name) || !known.includes(name))
    throw new Failure(`there is no event "${name}"${didYouMean(name, known)}`, {
      status: EXIT.usage,
      hint: `Events: ${known.join(' ')}`,
    })
  const folders = eventFolders(places).map(folder => join(folder, name))
  return {
    name,
    folders,
    handlers: byName(folders.flatMap(handlersIn)).filter(isHandler),
    templates: [...new Set(folders.flatMap(folder => filesBelow(join(folder, 'templates2expand'))))].sort(compareBytes),
    services: byName(folders.flatMap(folder => servicesIn(join(folder, 'services2adjust')))),
  }
}

/** What an event requests of services, whatever changed. */
export function requestsOfEvent(event: Event): Request[] {
  return event.services.flatMap(({ service, words, file }) =>
    (words.length === 0 ? [''] : words).map(word => ({ service, word, source: file })),
  )
}

interface Candidate extends Handler {
  readonly executable: boolean
}

/** All entries that are not folders, whatever their name. Those that are not executable switch a shipped one off. */
function handlersIn(folder: string): Candidate[] {
  return entries(folder).flatMap(entry => {
    const file = join(folder, entry.name)
    if (kind(file) !== 'file') return []
    return [{ name: entry.name, file, realFile: realpathSync(file), executable: (statSync(file).mode & 0o111) !== 0 }]
  })
}

function isHandler({ executable }: Candidate): boolean {
  return executable
}

/** Later ones replace earlier ones with the same name; in byte order. */
function byName<Item extends { name: string } | { service: string }>(items: readonly Item[]): Item[] {
  const nameOf = (item: Item) => ('name' in item ? item.name : item.service)
  return [...new Map(items.map(item => [nameOf(item), item])).values()].sort((a, b) =>
    compareBytes(nameOf(a), nameOf(b)),
  )
}

function servicesIn(folder: string): ServiceEntry[] {
  return entries(folder)
    .filter(({ name }) => !name.startsWith('.') && !isFolder(join(folder, name)))
    .map(({ name }) => {
      const file = join(folder, name)
      const words = lstatSync(file).isSymbolicLink() ? [readlinkSync(file)] : readFileSync(file, 'utf8').split('\n')
      return { service: name, file, words: words.map(word => word.trim()).filter(word => word !== '') }
    })
}

/** Does not follow links: here the text of a link is an action, not a path. */
function isFolder(path: string): boolean {
  return lstatSync(path).isDirectory()
}

function filesBelow(folder: string, prefix = ''): string[] {
  return entries(folder).flatMap(({ name }) => {
    const path = prefix === '' ? name : `${prefix}/${name}`
    return kind(join(folder, name)) === 'folder' ? filesBelow(join(folder, name), path) : [path]
  })
}

function entries(folder: string): { name: string }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return []
    throw error
  }
}

/** What a path is, following links; undefined for a dangling link. */
function kind(path: string): 'file' | 'folder' | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat === undefined ? undefined : stat.isDirectory() ? 'folder' : 'file'
}
