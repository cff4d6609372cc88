import { Failure, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { copyFragment } from '../customize/custom-fragment.ts'
import { findTemplate, listTemplates, searchList } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit customize TEMPLATE FRAGMENT` */
export async function run({ args, places, system, answer }: Invocation): Promise<number> {
  const [path = '', name = ''] = args
  const layers = searchList(places)
  const known = listTemplates(layers).map(each => `/${each}`)
  const template = findTemplate(layers, path)
  if (template === undefined) throw refusal(`there is no template ${path}${didYouMean(path, known)}`)
  const fragment = template.fragments.find(each => each.name === name)
  if (fragment === undefined) {
    const names = template.fragments.map(each => each.name)
    throw refusal(`/${template.name} has no fragment "${name}"${didYouMean(name, names)}`, {
      hint: `Fragments: ${names.join(' ')}`,
    })
  }
  if (fragment.custom)
    throw new Failure('this fragment already belongs to the site', { where: fragment.file, hint: 'Edit that file.' })
  const own = copyFragment(places, system, template, fragment)
  const whole = known.find(each => `/${template.name}`.startsWith(each)) ?? path
  const data = { file: own, copyOf: fragment.file, template: whole, fragment: name }
  return answer(data, `${own}\nEdit it, then: expand-template --diff ${whole}`)
}
