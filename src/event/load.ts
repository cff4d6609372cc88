import { join } from 'node:path'
import { compareBytes } from '../base/byte-order.ts'
import { usageFailure } from '../base/failure.ts'
import { isBackup } from '../base/fragment-names.ts'
import { didYouMean } from '../base/nearest.ts'
import { shell } from '../base/quote.ts'
import { sortedMap } from '../db/record.ts'
import { type Places, packageFolders } from '../system/places.ts'
import { isExecutable, kindOf, linkText, namesIn, readText, realPath } from '../system/read-files.ts'
import type { Request } from '../system/service/adjustment.ts'
import { ABOUT_FILE } from './about.ts'
import { twinOf } from './twins.ts'

/** An executable of an event. */
export interface Handler {
  readonly name: string
  readonly file: string
  /** The file with links resolved, by which actions that run in-process are recognised. */
  readonly realFile: string
}

/** What an event requests of a service: the words as written, and where. */
interface ServiceEntry {
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
  /** What is said of files that do not count: backups, and actions that are probably not executable by mistake. */
  readonly skipped: readonly string[]
  /** Template names without leading slash, in byte order. */
  readonly templates: readonly string[]
  readonly services: readonly ServiceEntry[]
}

/** The folders of events, the site's last: its entries replace shipped ones with the same name. */
function eventFolders(places: Places): string[] {
  return packageFolders(places).map(folder => join(folder, 'events'))
}

const NAME = /^\w[\w.-]*$/

/** Names of all events, in byte order. `actions` is the folder of the actions, not an event. */
export function listEvents(places: Places): string[] {
  const names = eventFolders(places).flatMap(folder => foldersIn(folder).filter(name => NAME.test(name)))
  return [...new Set(names)].sort(compareBytes)
}

/** What is said of folders beside events whose names no event can have. */
export function misnamedEvents(places: Places): string[] {
  return eventFolders(places).flatMap(folder =>
    foldersIn(folder)
      .filter(name => !NAME.test(name))
      .map(name => `${join(folder, name)}: skipped, the name of an event may only contain letters, digits and . _ -`),
  )
}

function foldersIn(folder: string): string[] {
  return namesIn(folder).filter(
    name => name !== 'actions' && !name.startsWith('.') && kindOf(join(folder, name)) === 'folder',
  )
}

/**
 * Loads an event.
 * @param item its first argument
 * @throws Failure (usage) for an invalid or unknown name
 */
export function loadEvent(places: Places, name: string, item?: string): Event {
  const known = listEvents(places)
  if (!known.includes(name)) {
    const twin = twinOf(name, item)
    throw usageFailure(
      `there is no event "${name}"${twin === undefined ? didYouMean(name, known) : ` here; instead: ${twin}`}`,
      'All events: gabarit events',
    )
  }
  const folders = eventFolders(places).map(folder => join(folder, name))
  const all = folders.flatMap(handlersIn)
  const isForgotten = (one: Handler) =>
    /^S\d/.test(one.name) && !all.some(({ name, file }) => name === one.name && isExecutable(file))
  const notes = all
    .filter(isForgotten)
    .map(({ file }) => `${file} is not executable, so it does not run: chmod +x ${shell(file)}`)
  const backups = folders.flatMap(folder => filesBelow(folder).map(path => join(folder, path))).filter(isBackup)
  return {
    name,
    folders,
    handlers: byName(all, ({ name }) => name).filter(({ file }) => isExecutable(file)),
    skipped: [
      ...notes,
      ...backups.map(file => `${file}: skipped, it looks like a backup made by an editor or a package`),
    ],
    templates: [...new Set(folders.flatMap(templatesIn))].sort(compareBytes),
    services: byName(folders.flatMap(servicesIn), ({ service }) => service),
  }
}

/** All events. @throws Failure for one that cannot be loaded */
export function allEvents(places: Places): Event[] {
  return listEvents(places).map(name => loadEvent(places, name))
}

/** What an event requests of services, whatever changed. */
export function requestsOfEvent(event: Event): Request[] {
  return event.services.flatMap(({ service, words, file }) =>
    (words.length === 0 ? [''] : words).map(word => ({ service, word, source: file })),
  )
}

/** All entries that are neither folders nor backups, whatever their name. Those that are not executable switch a shipped one off. */
function handlersIn(folder: string): Handler[] {
  return namesIn(folder).flatMap(name => {
    const file = join(folder, name)
    const realFile = realPath(file)
    return realFile === undefined || name === ABOUT_FILE || isBackup(name) || kindOf(file) !== 'file'
      ? []
      : [{ name, file, realFile }]
  })
}

/** Later ones replace earlier ones with the same name; in byte order. */
function byName<Item>(items: readonly Item[], nameOf: (item: Item) => string): Item[] {
  const last = new Map(items.map(item => [nameOf(item), item]))
  return [...sortedMap(last).values()]
}

function servicesIn(eventFolder: string): ServiceEntry[] {
  const folder = join(eventFolder, 'services2adjust')
  return namesIn(folder).flatMap(name => {
    const file = join(folder, name)
    // The text of a link is an action, not a path.
    const action = linkText(file)
    if (name.startsWith('.') || isBackup(name) || (action === undefined && kindOf(file) !== 'file')) return []
    const words = action === undefined ? readText(file).split('\n') : [action]
    return [{ service: name, file, words: words.map(word => word.trim()).filter(word => word !== '') }]
  })
}

function templatesIn(eventFolder: string): string[] {
  return filesBelow(join(eventFolder, 'templates2expand')).filter(path => !isBackup(path))
}

function filesBelow(folder: string, prefix = ''): string[] {
  return namesIn(folder).flatMap(name => {
    const path = prefix === '' ? name : `${prefix}/${name}`
    return kindOf(join(folder, name)) === 'folder' ? filesBelow(join(folder, name), path) : [path]
  })
}
