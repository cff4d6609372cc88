import { orUndefined } from '../base/failure.ts'
import { below, type Paths } from '../system/places.ts'
import { exists, textOf } from '../system/read-files.ts'
import type { PropertyDescription } from './description.ts'

/** The default of a property on this machine: the first detection that matches, else `default`. */
export function defaultOf(places: Paths, property: PropertyDescription): string | undefined {
  for (const detection of property.detect ?? []) {
    if ('fact' in detection) {
      const value = nameFact(places, detection.fact)
      if (value !== '') return value
    } else if (exists(below(places, detection.exists))) return detection.value
  }
  return property.default
}

/** The machine's name (`/etc/hostname` below the root, else the running system's), or its domain, empty if unknown. */
export function nameFact(places: Paths, fact: 'hostname' | 'domain'): string {
  const file = orUndefined(() => textOf(below(places, '/etc/hostname')))
  const full = /^\s*([A-Za-z0-9.-]+)\s*$/.exec(file ?? '')?.[1] ?? process.getBuiltinModule('node:os').hostname()
  const dot = full.indexOf('.')
  if (fact === 'hostname') return dot < 0 ? full : full.slice(0, dot)
  const domain = dot < 0 ? '' : full.slice(dot + 1)
  // What an image is called before anybody has named it.
  return domain === 'localdomain' ? '' : domain
}
