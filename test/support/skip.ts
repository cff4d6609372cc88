import type { Callback, Test } from 'uvu'

/** What the runner looks for in a file's output to know why a test was skipped. */
export const SKIP_MARK = 'skipped: '

/**
 * Adds a test, or skips it when there is a reason to. The reason is printed, and the runner repeats it at the end:
 * a skipped test never goes unseen.
 * @param reason why the test cannot run here; undefined when it can
 */
export function testIf<Context>(
  suite: Test<Context>,
  reason: string | undefined,
  name: string,
  run: Callback<Context>,
): void {
  if (reason === undefined) {
    suite(name, run)
    return
  }
  suite.skip(name, run)
  process.stdout.write(`${SKIP_MARK}${name}: ${reason.replaceAll('\n', ' ')}\n`)
}

/** The first reason that applies. */
export function firstReason(...reasons: (string | undefined)[]): string | undefined {
  return reasons.find(reason => reason !== undefined)
}

/** Why a test that needs root cannot run. */
export function needsRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'needs root'
}
