import { refusal } from '../base/failure.ts'
import { survey } from '../event/survey.ts'
import { planOutputs } from '../plan/planner.ts'
import { revertEntry } from '../plan/revert-entry.ts'
import { changeLines } from '../terminal/change-lines.ts'
import type { Invocation } from '../terminal/command.ts'
import { templatesToApply } from './apply.ts'
import { goBack } from './go-back.ts'
import { numberOf } from './history.ts'

/** `gabarit revert ID`: undoes what one entry changed and keeps what came later. */
export function run(invocation: Invocation): Promise<number> {
  const { args, places } = invocation
  return goBack(invocation, 'revert', (history, { context }) => {
    const entry = history.entry(numberOf(args[0] ?? '', 'the entry'))
    const { changes, databases, pending } = revertEntry(entry, history, places)
    const found = survey({ ...context, replaced: databases })
    if (found.problems.length > 0) throw refusal(found.problems.join('\n'), { hint: 'Nothing was changed.' })
    const templates = templatesToApply({ ...found, properties: [...changes, ...pending] })
    const outputs = found.outputs.filter(({ template }) => templates.has(template))
    const plan = planOutputs(context, outputs, [...templates, ...found.gone])
    const notes = [
      ...(entry.lasting ?? []).map(what => `this stays: ${what}`),
      ...(changes.length === 0 ? ['its properties have their previous values already'] : []),
      ...changeLines(pending).map(line => `pending, and applied with it: ${line}`),
    ]
    return { title: 'without', entry, plan, changes, databases, notes }
  })
}
