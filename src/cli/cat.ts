import { EXIT, Failure, refusal } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { knownTemplates } from '../event/survey.ts'
import { makeExpander } from '../plan/expand.ts'
import { candidateTemplates } from '../template/candidates.ts'
import type { Output } from '../template/expand.ts'
import { type Layer, listTemplates } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { contextOf } from '../terminal/run-context.ts'

/** `gabarit cat FILE`: prints what would be generated now for a path. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flag, print, printExact } = invocation
  const [path = ''] = args
  const context = contextOf(invocation)
  const expander = makeExpander(context)
  const names = [...new Set([...knownTemplates(context).names, ...listTemplates(context.layers)])]
  const { template, content, link } = findOutput(path, names, context.layers, name => expander.expand(`/${name}`))
  if (content === undefined) throw new Failure(`the template /${template} does not generate ${path} now`)
  if (flag('json')) print(JSON.stringify({ path, template: `/${template}`, link: link ?? null, content }, null, 2))
  else printExact(content)
  return EXIT.done
}

/** Tries the template of that name first, then those whose metadata names another path. */
function findOutput(
  path: string,
  names: readonly string[],
  layers: readonly Layer[],
  expand: (name: string) => Output[],
): Output {
  for (const name of candidateTemplates(path, names, layers)) {
    const found = expand(name).find(output => output.path === path)
    if (found !== undefined) return found
  }
  const paths = names.map(name => `/${name}`)
  throw refusal(`no template generates ${path}${didYouMean(path, paths)}`, {
    hint: 'To list the files: gabarit managed',
  })
}
