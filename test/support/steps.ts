import type { Callback, Test } from 'uvu'
import { firstReason, testIf } from './skip.ts'

/** Adds a step of a scenario. */
export type AddStep = (name: string, run: Callback<unknown>) => void

/**
 * Tests that build on one another: after one that failed, the others fail at once and say why, instead of each
 * waiting for what never comes.
 * @param reasons why the scenario cannot run here, undefined for each condition that holds
 */
export function stepsOf(suite: Test<unknown>, ...reasons: (string | undefined)[]): AddStep {
  let broken: string | undefined
  return (name, run) => {
    testIf(suite, firstReason(...reasons), name, async context => {
      if (broken !== undefined) throw new Error(`not reached, because this step failed: ${broken}`)
      broken = name
      await run(context)
      broken = undefined
    })
  }
}
