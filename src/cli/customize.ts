import { Failure, usageFailure } from '../base/failure.ts'
import { copyFragment } from '../customize/custom-fragment.ts'
import { findFragment } from '../customize/find-fragment.ts'
import { searchList } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { noFragment } from './no-fragment.ts'

/** `gabarit customize TEMPLATE FRAGMENT`; a fragment of a sub-template has its folder before it, on either side. */
export async function run(invocation: Invocation): Promise<number> {
  if (invocation.flag('translate')) return (await import('./translate.ts')).run(invocation)
  const { args, flag, places, system, answer } = invocation
  const [given = '', fragmentPath] = args
  if (fragmentPath === undefined)
    throw usageFailure(
      'gabarit customize needs TEMPLATE FRAGMENT, unless it translates',
      'To list both: gabarit templates',
    )
  if (flag('dry-run')) throw usageFailure('--dry-run is for --translate: a copy of a fragment changes no file')
  const layers = searchList(places)
  const { template, whole, name, fragment } = findFragment(layers, given, fragmentPath)
  if (fragment === undefined) throw noFragment(places, layers, template, name, whole)
  if (fragment.custom)
    throw new Failure('this fragment already belongs to the site', { where: fragment.file, hint: 'Edit that file.' })
  const own = copyFragment(places, system, template, fragment)
  const data = { file: own, copyOf: fragment.file, template: whole, fragment: name }
  return answer(data, `${own}\nEdit it, then: expand-template --diff ${whole}`)
}
