import { makeContext } from '../apply/run.ts'
import { readConfirmation } from '../confirm/record.ts'
import { driftLines } from '../drift/report.ts'
import { readPending } from '../event/pending.ts'
import { type Survey, survey } from '../event/survey.ts'
import { changeWord, driftData } from '../plan/data.ts'
import { DryRunSystem } from '../system/dry-run-system.ts'
import { EXIT } from '../system/failure.ts'
import type { Invocation } from './command.ts'
import { changeLines, summary } from './history.ts'
import { confirmationData, confirmationLines } from './show-confirmation.ts'

/** `gabarit status` */
export async function run({ flag, places, print }: Invocation): Promise<number> {
  const warnings: string[] = []
  const found = survey(makeContext(places, new DryRunSystem(places.root), message => warnings.push(message)))
  const pending = readPending(places)
  if (flag('json')) {
    const open = readConfirmation(places)
    const confirmation = open === undefined ? null : confirmationData(open, places)
    print(JSON.stringify({ ...asData(found, pending, warnings), confirmation }, null, 2))
  } else {
    const waiting = confirmationLines(places).map(line => `waits for confirmation: ${line}`)
    print([...waiting, asText(found, pending, warnings)].join('\n'))
  }
  return EXIT.done
}

/** `gabarit verify`: the same look, exit 1 when anything differs. A pinned file is shown and does not count. */
export async function verify({ flag, places, print }: Invocation): Promise<number> {
  const found = survey(makeContext(places, new DryRunSystem(places.root), () => undefined))
  const differing = found.plan.changes.map(change => `${changeWord(change)} ${change.path}`)
  const pinned = found.plan.drift.some(entry => entry.pinned !== undefined)
  const well = `everything${pinned ? ' else' : ''} is as the databases and templates say`
  if (flag('json')) {
    const data = { files: differing, drift: driftData(found.plan.drift), problems: found.problems }
    print(JSON.stringify(data, null, 2))
  } else {
    const lines = [...found.problems, ...differing.map(line => `would be ${line}`)]
    print([...driftLines(found.plan.drift), ...(lines.length === 0 ? [well] : lines)].join('\n'))
  }
  return differing.length + found.problems.length === 0 ? EXIT.done : EXIT.failed
}

type Pending = ReturnType<typeof readPending>

function asText({ since, properties, plan, problems }: Survey, pending: Pending, warnings: readonly string[]): string {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`${title}:`, ...lines.map(line => `  ${line}`)]
  const body = [
    ...section(
      `properties changed since ${since === undefined ? 'the beginning' : `entry ${since.id}`}`,
      changeLines(properties),
    ),
    ...section(
      'files that would change (gabarit apply, or an event)',
      plan.changes.map(change => `${changeWord(change)} ${change.path}`),
    ),
    ...section('changed by hand', driftLines(plan.drift)),
    ...section(
      'service adjustments that wait',
      pending.map(({ service, word }) => `${service}: ${word}`),
    ),
    ...section('what refuses an event', problems),
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
    drift: driftData(plan.drift),
    pending,
    problems,
    warnings,
  }
}
