import { posix } from 'node:path'
import { Failure, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { copyFragment } from '../customize/custom-fragment.ts'
import { findFragment } from '../customize/find-fragment.ts'
import type { Places } from '../system/places.ts'
import { findTemplate, type Layer, listSubTemplates, searchList, type TemplateFiles } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit customize TEMPLATE FRAGMENT`; a fragment of a sub-template has its folder before it, on either side. */
export async function run({ args, places, system, answer }: Invocation): Promise<number> {
  const [given = '', fragmentPath = ''] = args
  const layers = searchList(places)
  const { template, whole, name, fragment } = findFragment(layers, given, fragmentPath)
  if (fragment === undefined) throw noFragment(places, layers, template, name, whole)
  if (fragment.custom)
    throw new Failure('this fragment already belongs to the site', { where: fragment.file, hint: 'Edit that file.' })
  const own = copyFragment(places, system, template, fragment)
  const data = { file: own, copyOf: fragment.file, template: whole, fragment: name }
  return answer(data, `${own}\nEdit it, then: expand-template --diff ${whole}`)
}

/** Where the fragment is instead, or how to make it. */
function noFragment(
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
