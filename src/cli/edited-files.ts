import { EXIT, refusal, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { sayTime } from '../base/time.ts'
import { adoptPlan } from '../customize/adopt.ts'
import { refusePinned, serverPath, wantedOutput } from '../customize/wanted-output.ts'
import { planOutputs } from '../plan/planner.ts'
import { readManifest } from '../state/manifest.ts'
import { PINS, readPins } from '../state/pins.ts'
import { caller } from '../system/accounts.ts'
import type { Invocation } from '../terminal/command.ts'
import { askedBy, withEventLock } from '../terminal/run-context.ts'
import { commitOne } from '../transaction/transaction.ts'

/** `gabarit adopt FILE`: turns a manual edit into a fragment of the site. */
export async function adopt(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const asked = askedBy(invocation, 'adopt', [path])
  return withEventLock(invocation, `gabarit adopt ${path}`, work =>
    commitOne(work, asked, adoptPlan(work.context, path)),
  )
}

/** `gabarit restore FILE`: regenerates a file that was edited or removed by hand. */
export async function restore(invocation: Invocation): Promise<number> {
  const path = serverPath(invocation.args[0] ?? '')
  const asked = askedBy(invocation, 'restore', [path])
  return withEventLock(invocation, `gabarit restore ${path}`, work => {
    refusePinned(work.context, path)
    return commitOne(work, asked, planOutputs(work.context, [wantedOutput(work.context, path)], []))
  })
}

/** `gabarit pin FILE --note TEXT`: no plan overwrites the file any more. Without a file, lists the pinned ones. */
export async function pin(invocation: Invocation): Promise<number> {
  const { args, value, places, print } = invocation
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
    print(`${path} is pinned. To release it: gabarit unpin ${path}`)
    return EXIT.done
  })
}

/** `gabarit unpin FILE` */
export async function unpin(invocation: Invocation): Promise<number> {
  const { args, places, print } = invocation
  const path = serverPath(args[0] ?? '')
  return withEventLock(invocation, `gabarit unpin ${path}`, async () => {
    const pins = readPins(places)
    if (!pins.has(path))
      throw refusal(`${path} is not pinned${didYouMean(path, [...pins.keys()])}`, {
        hint: 'To list the pinned files: gabarit pin',
      })
    PINS.write(places, new Map([...pins].filter(([pinned]) => pinned !== path)))
    print(`${path} is no longer pinned; gabarit status shows what an event would change`)
    return EXIT.done
  })
}

function list({ places, answer }: Invocation): number {
  const rows = [...readPins(places)].map(([path, why]) => ({ path, ...why }))
  const lines = rows.map(({ path, note, time, user }) => `${path}: ${note} (${user}, ${sayTime(time)})`)
  return answer(rows, lines.join('\n') || 'no file is pinned')
}
