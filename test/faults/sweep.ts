import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { chooseSeed, random } from '../support/random.ts'
import { atStep, type RunRequest } from './deed.ts'
import { type Moment, momentOf, repairAndJudge } from './kill.ts'

/** The seed of a file's campaigns, printed with each. */
export const SEED = chooseSeed()

/** Counts where commands were cut off. */
export class Tally {
  readonly #counts: Record<Moment, number> = { before: 0, during: 0, after: 0 }

  add(moment: Moment): void {
    this.#counts[moment]++
  }

  get during(): number {
    return this.#counts.during
  }

  /** Prints the report of a campaign. */
  print(what: string): void {
    const { before, during, after } = this.#counts
    const [runs, cut] = [before + during + after, `${before} before, ${during} during, ${after} after the commit`]
    process.stdout.write(`${what}: ${runs} kills, seed ${SEED} (GABARIT_TEST_SEED): ${cut}\n`)
  }
}

/** Adds a test that kills a command at every step that it takes, each time on a fresh server, and has another one repair. */
export function killAtEveryStep(suite: Test, make: () => RunRequest): void {
  suite('killed -9 at every step: before or after, as a whole, and the next command says what it repaired', async () => {
    const deed = make()
    const next = random(SEED)
    const tally = new Tally()
    const wrong: string[] = []
    for (const { number, name } of deed.differentSteps) {
      const site = deed.site()
      const { stderr } = site.run(deed.command, { input: deed.input, env: atStep({ root: site.root, step: number }) })
      const problems = stderr.includes('killed by SIGKILL') ? [] : [`it was not killed: ${stderr}`]
      tally.add(momentOf(site, deed))
      problems.push(...(await repairAndJudge(site, deed, next())))
      wrong.push(...problems.map(problem => `seed ${SEED}, ${deed.name}, step ${number}, ${name}: ${problem}`))
      site.remove()
    }
    tally.print(`${deed.name} at every step`)
    assert.is(wrong.join('\n'), '')
    assert.ok(tally.during > 3, 'hardly any was cut off while it changed something')
  })
}
