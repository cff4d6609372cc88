import { makeContext } from '../apply/run.ts'
import { type Survey, survey } from '../apply/survey.ts'
import { readPending } from '../event/pending.ts'
import { changeWord } from '../plan/data.ts'
import { DryRunSystem } from '../system/dry-run-system.ts'
import { EXIT } from '../system/failure.ts'
import type { Invocation } from './command.ts'
import { changeLines, summary } from './history.ts'

/** `gabarit status` */
export async function run({ flag, places, print }: Invocation): Promise<number> {
  const warnings: string[] = []
  const found = survey(makeContext(places, new DryRunSystem(places.root), message => warnings.push(message)))
  const pending = readPending(places)
  if (flag('json')) print(JSON.stringify(asData(found, pending, warnings), null, 2))
  else print(asText(found, pending, warnings))
  return EXIT.done
}

/** `gabarit verify`: the same look, exit 1 when anything differs. */
export async function verify({ flag, places, print }: Invocation): Promise<number> {
  const found = survey(makeContext(places, new DryRunSystem(places.root), () => undefined))
  const differing = found.plan.changes.map(change => `${changeWord(change)} ${change.path}`)
  if (flag('json')) print(JSON.stringify({ files: differing, problems: found.problems }, null, 2))
  else if (differing.length + found.problems.length === 0) print('everything is as the databases and templates say')
  else print([...found.problems, ...differing.map(line => `would be ${line}`)].join('\n'))
  return differing.length + found.problems.length === 0 ? EXIT.done : EXIT.failed
}

type Pending = ReturnType<typeof readPending>

function asText({ since, properties, plan, problems }: Survey, pending: Pending, warnings: readonly string[]): string {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => `  ${line}`)]
  const edited = plan.changes.filter(change => change.edited).map(({ path }) => path)
  const body = [
    ...section(
      `properties changed since ${since === undefined ? 'the beginning' : `entry ${since.id}`}`,
      changeLines(properties),
    ),
    ...section(
      'files that would change (gabarit apply, or an event)',
      plan.changes.map(change => `${changeWord(change)} ${change.path}`),
    ),
    ...section('edited by hand', edited),
    ...section(
      'service adjustments that wait',
      pending.map(({ service, word }) => `${service}: ${word}`),
    ),
    ...section('templates that cannot be expanded', problems),
    ...section('warnings', warnings),
  ]
  const last = since === undefined ? 'no event has run yet' : `last: ${summary(since)}`
  return [last, ...(body.length === 0 ? ['nothing is waiting'] : body)].join('\n')
}

function asData({ since, properties, plan, problems }: Survey, pending: Pending, warnings: readonly string[]) {
  return {
    since: since?.id ?? null,
    properties,
    files: plan.changes.map(change => ({ path: change.path, change: changeWord(change), edited: change.edited })),
    pending,
    problems,
    warnings,
  }
}
