import { unlessFailed } from '../base/failure.ts'
import { listDatabases } from '../db/all-databases.ts'
import { readAbout } from '../event/about.ts'
import { keysFor } from '../event/arguments.ts'
import { listEvents, loadEvent } from '../event/load.ts'
import { History } from '../state/history/history.ts'
import { readManifest } from '../state/manifest.ts'
import { readPins } from '../state/pins.ts'
import type { Places } from '../system/places.ts'
import { findTemplate, listSubTemplates, listTemplates, searchList } from '../template/tree.ts'
import { completeDb } from './db/complete.ts'

/** What the last of the arguments of a command can become. */
type Words = readonly string[]

/** An event. */
export function events(args: Words, places: Places): Words {
  return args.length <= 1 ? listEvents(places) : []
}

/** An event and its arguments: keys of records, and the words that its usage shows in lower case. */
export function eventsAndArguments([name = '', ...args]: Words, places: Places): Words {
  if (args.length === 0) return listEvents(places)
  const about = unlessFailed(() => readAbout(loadEvent(places, name)))
  if (about === undefined) return []
  const { usage = '' } = about
  if (args.length > 1 && !usage.endsWith('...')) return usage.match(/(?<![\w-])[a-z][\w-]+/g) ?? []
  return keysFor(places, about)
}

/** Templates. */
export function templates(_: Words, places: Places): Words {
  return listTemplates(searchList(places)).map(name => `/${name}`)
}

/** Files that gabarit makes. */
export function files(args: Words, places: Places): Words {
  return args.length > 1 ? [] : [...new Set([...templates([], places), ...managed([], places)])]
}

/** Files that gabarit has written. */
export function managed(args: Words, places: Places): Words {
  return args.length > 1 ? [] : [...(unlessFailed(() => readManifest(places)) ?? new Map()).keys()]
}

/** Files that are pinned. */
export function pinned(_: Words, places: Places): Words {
  return [...(unlessFailed(() => readPins(places)) ?? new Map()).keys()]
}

/** A template, and one of its fragments, those of its sub-templates with their folder. */
export function fragments([template = '', ...more]: Words, places: Places): Words {
  const layers = searchList(places)
  if (more.length === 0) return templates([], places)
  const within = (path: string): Words => findTemplate(layers, path)?.fragments.map(({ name }) => name) ?? []
  const below = listSubTemplates(layers, template).flatMap(sub =>
    within(`${template}/${sub}`).map(name => `${sub}/${name}`),
  )
  return more.length > 1 ? [] : [...within(template), ...below]
}

/** A verb of `gabarit overrides`, a template, and one of its fragments. */
export function overrides([verb, ...args]: Words, places: Places): Words {
  return verb === undefined || args.length === 0 ? ['diff', 'merge', 'keep'] : fragments(args, places)
}

/** A database, and one of its records. */
export function records([database = '', ...keys]: Words, places: Places): Words {
  return completeDb(keys.length === 0 ? ['db', database] : ['db', database, 'show', keys[0] ?? ''], places)
}

/** A database. */
export function databases(_: Words, places: Places): Words {
  return listDatabases(places)
}

/** The number of an entry of the history, the newest first. */
export function entries(args: Words, places: Places): Words {
  return args.length > 1 ? [] : new History(places).ids().map(String).reverse()
}

/** Users who made one of the newest entries of the history. */
export function users(_: Words, places: Places): Words {
  const history = new History(places)
  const found = history
    .ids()
    .slice(-50)
    .map(id => unlessFailed(() => history.entry(id).user))
  return [...new Set(found.filter(user => user !== undefined))]
}
