import { posix } from 'node:path'
import { type Failure, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import type { Places } from '../system/places.ts'
import { findTemplate, type Layer, listSubTemplates, type TemplateFiles } from '../template/tree.ts'

/** Where the fragment is instead, or how to make it. */
export function noFragment(
  places: Places,
  layers: readonly Layer[],
  template: TemplateFiles,
  name: string,
  whole: string,
): Failure {
  const path = `/${template.name}`
  const names = template.fragments.map(each => each.name)
  const holder = listSubTemplates(layers, path).find(sub =>
    findTemplate(layers, `${path}/${sub}`)?.fragments.some(each => each.name === name),
  )
  const own = posix.join(places.site, 'templates-custom', template.name, name)
  const hint =
    holder === undefined
      ? `Fragments: ${names.join(' ')}\nTo add it, write ${own}, then: expand-template --diff ${whole}`
      : `It is in a sub-template: gabarit customize ${path}/${holder} ${name}`
  return refusal(`${path} has no fragment "${name}"${didYouMean(name, names)}`, { hint })
}
