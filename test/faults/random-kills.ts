// SIGKILL at random instants, to commands that know nothing of it: a watch on the folder of the lock or of the journal tells
// when a command begins, and a part of the time that an undisturbed one takes is waited for.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { random } from '../support/random.ts'
import type { RunRequest } from './deed.ts'
import { momentOf, repairAndJudge } from './kill.ts'
import type { Site } from './site.ts'
import { SEED, Tally } from './sweep.ts'

/** GABARIT_TEST_KILLS changes it. */
const KILLS = Number(process.env.GABARIT_TEST_KILLS ?? 25)

/** What is waited for before the clock is started: the beginning of the turn, and of the changes. */
type Trigger = 'lock' | 'changes'

const TRIGGERS: Readonly<Record<Trigger, RegExp>> = {
  lock: /^(event\.lock|\.\w+\.json\.lock)$/,
  changes: /^(journal\.json|\.\w+\.json\.new)$/,
}

/**
 * Starts the command of a deed and kills it so many milliseconds behind a trigger, unless it has ended by then.
 * @returns milliseconds from the trigger to the end
 */
function runAndKill(deed: RunRequest, site: Site, trigger: Trigger, delay: number): Promise<number> {
  const [program = '', ...args] = deed.command
  const folder = deed.name === 'batch' ? site.places.databases : site.places.state.folder
  return new Promise((resolve, reject) => {
    let started: number | undefined
    const watcher = watch(folder, (_, name) => {
      if (started !== undefined || name === null || !TRIGGERS[trigger].test(name)) return
      started = performance.now()
      if (!Number.isFinite(delay)) return
      // Timers are as coarse as whole commits are short.
      setTimeout(
        () => {
          while (performance.now() - (started ?? 0) < delay);
          child.kill('SIGKILL')
        },
        Math.max(0, delay - 2),
      )
    })
    const child = spawn(program, args, {
      env: { ...process.env, ...site.env },
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(deed.input)
    child.on('error', reject)
    child.on('exit', () => {
      watcher.close()
      resolve(performance.now() - (started ?? performance.now()))
    })
  })
}

/** The time that a command takes from a trigger to its end. */
async function timeOf(deed: RunRequest, trigger: Trigger): Promise<number> {
  const site = deed.site()
  const time = await runAndKill(deed, site, trigger, Number.POSITIVE_INFINITY)
  site.remove()
  return time
}

const next = random(SEED)

/**
 * Adds a test that kills a command again and again, and has another one repair.
 * @param during the share of the kills that must cut it off while it changes something
 */
export function killAtRandom(suite: Test, make: () => RunRequest, during = 0.1): void {
  suite(`killed -9 at ${KILLS} random instants: before or after, as a whole`, async () => {
    const deed = make()
    const times = { lock: await timeOf(deed, 'lock'), changes: await timeOf(deed, 'changes') }
    const tally = new Tally()
    const wrong: string[] = []
    for (let kill = 1; kill <= KILLS; kill++) {
      const site = deed.site()
      const trigger = next() < 0.4 ? 'lock' : 'changes'
      const delay = next() * times[trigger]
      const took = await runAndKill(deed, site, trigger, delay)
      // The machine may have become slower or faster.
      times[trigger] = Math.max(took, 0.9 * times[trigger])
      tally.add(momentOf(site, deed))
      const problems = await repairAndJudge(site, deed, next())
      const at = `seed ${SEED}, ${deed.name}, kill ${kill}, ${delay.toFixed(1)} ms behind ${trigger}`
      wrong.push(...problems.map(problem => `${at}: ${problem}`))
      site.remove()
    }
    tally.print(`${deed.name} at random instants`)
    assert.is(wrong.join('\n'), '')
    assert.ok(tally.during >= KILLS * during, 'too few were cut off while they changed something')
  })
}
