import { EXIT, Failure } from '../base/failure.ts'
import { knownTemplates } from '../event/survey.ts'
import { makeExpander } from '../plan/expand.ts'
import { firstGenerating } from '../template/candidates.ts'
import { listTemplates } from '../template/tree.ts'
import type { Invocation } from '../terminal/command.ts'
import { contextOf } from '../terminal/run-context.ts'

/** `gabarit cat FILE`: prints what would be generated now for a path. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, flag, print, printExact } = invocation
  const [path = ''] = args
  const context = contextOf(invocation)
  const expander = makeExpander(context)
  const names = [...new Set([...knownTemplates(context).names, ...listTemplates(context.layers)])]
  const look = (name: string) => expander.expand(`/${name}`).find(output => output.path === path)
  const hint = 'To list the files: gabarit managed'
  const { template, content, link } = firstGenerating(path, names, context.layers, look, hint)
  if (content === undefined) throw new Failure(`the template /${template} does not generate ${path} now`)
  if (flag('json')) print(JSON.stringify({ path, template: `/${template}`, link: link ?? null, content }, null, 2))
  else printExact(content)
  return EXIT.done
}
