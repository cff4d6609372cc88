import { promiseHooks } from 'node:v8'
import { Script } from 'node:vm'
import { hasCode, refusal } from '../base/failure.ts'
import { millisecondsOf } from '../base/time.ts'
import { endingOnSignals, stopFor } from './interruption.ts'

/** Where a script finds the function that it calls: V8 limits the time of scripts only. */
const SLOT = 'gabaritSiteCode'
let caller: Script | undefined

/** What would end this process, or run after the code has returned. */
const REFUSED = [
  [process, ['exit', 'reallyExit', 'abort']],
  [globalThis, ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch']],
] as const

/** The code that is running, with the first refused thing it did, and the promises it made. */
interface Running {
  offence?: Error
  readonly promises: Promise<unknown>[]
}
let running: Running | undefined

/**
 * Runs code of the site in this process: fragments, a migration. A time limit and signals end it even in an endless loop. What
 * would outlive it is refused, see {@link refuseOffence}. Called from such code, it only calls the function.
 * @param place where the code is when it is stopped
 * @throws Failure (refused) if it was stopped. Not even the `finally` of what it called has run then
 */
export function runSiteCode<Result>(run: () => Result, place: () => string | undefined): Result {
  if (running !== undefined) return run()
  const code: Running = { promises: [] }
  running = code
  const restore = [watchPromises(code), ...REFUSED.flatMap(([owner, names]) => names.map(name => refuse(owner, name)))]
  const limit = millisecondsOf(process.env.GABARIT_FRAGMENT_TIMEOUT, 30_000)
  try {
    return endingOnSignals(breakOnSigint => limited(run, limit, breakOnSigint))
  } catch (error) {
    if (hasCode(error, 'ERR_SCRIPT_EXECUTION_INTERRUPTED')) throw stopFor('SIGINT', place())
    if (!hasCode(error, 'ERR_SCRIPT_EXECUTION_TIMEOUT')) throw error
    throw refusal(`this code did not end within ${limit / 1000} s and was stopped`, { where: place(), hint: ENDLESS })
  } finally {
    running = undefined
    for (const undo of restore) undo()
    // The code was refused for making them; how they end is of no interest.
    for (const promise of code.promises) promise.catch(() => undefined)
  }
}

const ENDLESS = [
  'A loop without an end, or a regular expression with nested repetitions such as (a+)+ ?',
  'To allow more time, set GABARIT_FRAGMENT_TIMEOUT to a number of seconds.',
].join('\n')

/**
 * Refuses what the code has done, even if it has caught the error itself.
 * @throws TypeError with the stack of the call
 */
export function refuseOffence(): void {
  if (running?.offence !== undefined) throw running.offence
}

/**
 * Runs a function for a limited time.
 * @throws Error with the code `ERR_SCRIPT_EXECUTION_TIMEOUT` or, after SIGINT, `ERR_SCRIPT_EXECUTION_INTERRUPTED`
 */
export function limited<Result>(run: () => Result, timeout: number, breakOnSigint = false): Result {
  const results: Result[] = []
  const call = () => void results.push(run())
  Object.defineProperty(globalThis, SLOT, { value: call, configurable: true })
  caller ??= new Script(`${SLOT}()`)
  caller.runInThisContext({ timeout, breakOnSigint, displayErrors: false })
  for (const result of results) return result
  throw new Error('the function was not called')
}

function watchPromises(code: Running): () => void {
  const stop = promiseHooks.onInit((promise: unknown) => {
    if (promise instanceof Promise) code.promises.push(promise)
    code.offence ??= new TypeError(
      'this makes a promise (async, await, import(), fetch() …), but nobody would wait for it: the text is used at once',
    )
  })
  return () => stop()
}

function refuse(owner: object, name: string): () => void {
  const own = Reflect.get(owner, name)
  const what = owner === process ? `process.${name}()` : `${name}()`
  Reflect.set(owner, name, () => {
    const error = new TypeError(`${what} must not be called here: this code only computes, and ends when it returns`)
    if (running !== undefined) running.offence ??= error
    throw error
  })
  return () => Reflect.set(owner, name, own)
}
