import { basename, join, posix } from 'node:path'
import { refusal, usageFailure } from '../base/failure.ts'
import { isBackup } from '../base/fragment-names.ts'
import { didYouMean } from '../base/nearest.ts'
import {
  type FragmentFile,
  findTemplate,
  type Layer,
  listTemplates,
  METADATA_FILE,
  type TemplateFiles,
} from '../template/tree.ts'

/** A fragment as somebody names it, whether it exists or not. */
export interface FoundFragment {
  readonly template: TemplateFiles
  /** The template that it belongs to, `/etc/hosts`, also for a fragment of a sub-template. */
  readonly whole: string
  readonly name: string
  /** Its path below a templates folder. */
  readonly path: string
  /** The one in effect. */
  readonly fragment: FragmentFile | undefined
}

/**
 * Finds a fragment by two words; one of a sub-template has its folder before it, on either side.
 * @throws Failure (refused) if there is no such template
 */
export function findFragment(layers: readonly Layer[], given: string, fragmentPath: string): FoundFragment {
  const path = fragmentPath.includes('/') ? `${given}/${posix.dirname(fragmentPath)}` : given
  const name = basename(fragmentPath)
  const known = listTemplates(layers).map(each => `/${each}`)
  const template = findTemplate(layers, path)
  if (template === undefined) throw refusal(`there is no template ${path}${didYouMean(path, known)}`)
  return {
    template,
    whole: known.find(each => `/${template.name}`.startsWith(each)) ?? path,
    name,
    path: template.single ? template.name : join(template.name, name),
    fragment: template.fragments.find(each => each.name === name),
  }
}

/** @throws Failure for a name that no fragment can have, or one beside a template that is a single file */
export function refuseFragmentName({ template, name, fragment }: FoundFragment): void {
  if (template.single && fragment === undefined)
    throw refusal(`the template /${template.name} is a single file: its only fragment is ${basename(template.name)}`)
  if (!/^[\w@%+=:,.-]+$/.test(name) || name.startsWith('.') || name === METADATA_FILE || isBackup(name))
    throw usageFailure(`"${name}" is not the name of a fragment`, 'Such as: 30Hosts')
}
