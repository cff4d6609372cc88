import { EXIT, refusal, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { sayTime } from '../base/time.ts'
import { serverPath, wantedOutput } from '../customize/wanted-output.ts'
import { readManifest } from '../state/manifest.ts'
import { PINS, type Pins, readPins } from '../state/pins.ts'
import { caller } from '../system/accounts.ts'
import type { Invocation } from '../terminal/command.ts'
import { withEventLock } from '../terminal/with-event-lock.ts'

/** `gabarit pin FILE --note TEXT`: no plan overwrites the file any more. Without a file, lists the pinned ones. */
export async function run(invocation: Invocation): Promise<number> {
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

function list({ flag, places, print }: Invocation): number {
  const pins: Pins = readPins(places)
  const rows = [...pins].map(([path, pin]) => ({ path, ...pin }))
  if (flag('json')) print(JSON.stringify(rows, null, 2))
  else if (rows.length === 0) print('no file is pinned')
  else for (const { path, note, time, user } of rows) print(`${path}: ${note} (${user}, ${sayTime(time)})`)
  return EXIT.done
}
