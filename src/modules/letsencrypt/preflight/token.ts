import { escapeControls } from '../../../base/escape-controls.ts'
import { newToken } from '../../../base/token.ts'
import { withProbeFile } from '../../../system/probe-file.ts'
import { runCommand } from '../../../system/run.ts'
import { type CheckResult, failed, warning } from './check.ts'
import type { Token } from './fetch.ts'

/** Distinguishes it from an authority's tokens, which can begin with anything; uses the characters of a real one. */
const PREFIX = 'gabarit-check-'

/**
 * Lays out a random token in the folder of the answers to challenges while something runs.
 * @throws Error of the file system
 */
export function withToken<Result>(folder: string, run: (token: Token) => Promise<Result>): Promise<Result> {
  const content = newToken()
  return withProbeFile(folder, PREFIX, content, name => run({ name, content }))
}

/** A token to be delivered to the machine that the name points to. */
export interface Delivery {
  /** The property challengeHook, a real path. */
  readonly hook: string
  /** Folder that holds the token here. */
  readonly folder: string
  readonly name: string
  readonly token: Token
}

/** Time limit of the hook in milliseconds. */
const PATIENCE = 60_000

/**
 * Has the site's own command deliver a token to the other machine while something runs, and remove it afterwards. It is called
 * as dehydrated calls it for a challenge.
 */
export async function withDelivery(
  delivery: Delivery,
  run: () => Promise<readonly CheckResult[]>,
): Promise<CheckResult[]> {
  const { hook, name } = delivery
  const problem = await call('deploy_challenge', delivery)
  if (problem !== undefined) {
    const hint = `Try it: WELLKNOWN=${delivery.folder} ${hook} deploy_challenge ${name} TOKEN VALUE`
    return [failed('fetch', `the command challengeHook could not deliver the token for ${name}: ${problem}`, hint)]
  }
  const results = await run()
  const left = await call('clean_challenge', delivery)
  if (left === undefined) return [...results]
  const reason = `the command challengeHook could not remove the token for ${name}: ${left}`
  return [...results, warning('fetch', reason, `Try it: ${hook} clean_challenge ${name} TOKEN VALUE`)]
}

/** @returns why it failed, with its last line of output */
async function call(step: string, { hook, folder, name, token }: Delivery): Promise<string | undefined> {
  const env = { ...process.env, WELLKNOWN: folder }
  const { status, output, problem } = await runCommand([hook, step, name, token.name, token.content], {
    env,
    timeout: PATIENCE,
  })
  if (status === 0) return undefined
  const words = output.trimEnd().split('\n').at(-1) ?? ''
  return problem ?? `exit status ${status}${words === '' ? '' : `, ${escapeControls(words)}`}`
}
