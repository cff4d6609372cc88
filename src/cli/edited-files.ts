import { refusal, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { sayTime } from '../base/time.ts'
import { adoptPlan } from '../customize/adopt.ts'
import { refusePinned, serverPath, wantedOutput } from '../customize/wanted-output.ts'
import type { Context } from '../plan/context.ts'
import { planId } from '../plan/data.ts'
import type { Plan } from '../plan/plan.ts'
import { planOutputs } from '../plan/planner.ts'
import { makeRedact } from '../plan/redact.ts'
import { readManifest } from '../state/manifest.ts'
import { PINS, readPins } from '../state/pins.ts'
import { caller } from '../system/accounts.ts'
import { askFirst, type CommandResult, confirmWithin } from '../terminal/ask-first.ts'
import type { Invocation } from '../terminal/command.ts'
import { refuseOutdatedPlan } from '../terminal/outdated-plan.ts'
import { gatherer } from '../terminal/reporter.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import type { Work } from '../transaction/run.ts'
import { commitOne } from '../transaction/transaction.ts'

/** `gabarit adopt FILE`: turns a manual edit into a fragment of the site. */
export async function adopt(invocation: Invocation): Promise<number> {
  return (await changeOne(invocation, 'adopt', adoptPlan)).status
}

/** `gabarit restore FILE`: regenerates a file that was edited or removed by hand. */
export function restoreEdited(invocation: Invocation): Promise<number> {
  return askFirst(invocation, (current, shown) =>
    changeOne(
      current,
      'restore',
      (context, path) => {
        refusePinned(context, path)
        return planOutputs(context, [wantedOutput(context, path)], [])
      },
      shown,
    ),
  )
}

/** Commits the plan of the named file. @param shown the plan that somebody has agreed to */
function changeOne(
  invocation: Invocation,
  command: string,
  planOf: (context: Context, path: string) => Plan,
  shown?: string,
): Promise<CommandResult> {
  const { args, flag, value, places, system, print } = invocation
  const path = serverPath(args[0] ?? '')
  const { gather, data } = gatherer(invocation)
  const run = async (work: Work) => {
    const plan = planOf(work.context, path)
    const id = planId(plan, [])
    refuseOutdatedPlan(id, shown ?? value('plan'))
    const status = await commitOne(work, askedBy(invocation, command, [path]), plan, confirmWithin(invocation))
    const all = { dryRun: system.dryRun, status, ...data(), plan: id }
    if (flag('json')) print(makeRedact(places)(JSON.stringify(all, null, 2)))
    return { status, plan: id }
  }
  return withEventLock(invocation, `gabarit ${command} ${path}`, run, flag('json') ? gather : undefined)
}

/** `gabarit pin FILE --note TEXT`: no plan overwrites the file any more. Without a file, lists the pinned ones. */
export async function pin(invocation: Invocation): Promise<number> {
  const { args, value, places, answer } = invocation
  if (args[0] === undefined) return list(invocation)
  const path = serverPath(args[0])
  const note = value('note')?.replace(/\s+/g, ' ').trim()
  if (note === undefined || note === '')
    throw usageFailure(
      'a note is required: why is the file kept? Every plan shows it',
      `gabarit pin ${path} --note "until the new release"`,
    )
  return withEventLock(invocation, `gabarit pin ${path}`, async ({ context }) => {
    const pins = readPins(places)
    // A file that gabarit has written can be pinned even if its template is broken now.
    if (!pins.has(path) && !readManifest(places).has(path)) wantedOutput(context, path)
    PINS.write(
      places,
      new Map([...pins, [path, { note, time: new Date().toISOString(), user: caller(context.system.env).user }]]),
    )
    return answer({ path, pinned: true }, `${path} is pinned. To release it: gabarit unpin ${path}`)
  })
}

/** `gabarit unpin FILE` */
export async function unpin(invocation: Invocation): Promise<number> {
  const { args, places, answer } = invocation
  const path = serverPath(args[0] ?? '')
  return withEventLock(invocation, `gabarit unpin ${path}`, async () => {
    const pins = readPins(places)
    if (!pins.has(path))
      throw refusal(`${path} is not pinned${didYouMean(path, [...pins.keys()])}`, {
        hint: 'To list the pinned files: gabarit pin',
      })
    PINS.write(places, new Map([...pins].filter(([pinned]) => pinned !== path)))
    const text = `${path} is no longer pinned; gabarit status shows what an event would change`
    return answer({ path, pinned: false }, text)
  })
}

function list({ places, answer }: Invocation): number {
  const rows = [...readPins(places)].map(([path, why]) => ({ path, ...why }))
  const lines = rows.map(({ path, note, time, user }) => `${path}: ${note} (${user}, ${sayTime(time)})`)
  return answer(rows, lines.join('\n') || 'no file is pinned')
}
