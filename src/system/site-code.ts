import { Script } from 'node:vm'
import { hasCode, refusal } from '../base/failure.ts'
import { millisecondsOf } from '../base/time.ts'
import { endingOnSignals, stopFor } from './interruption.ts'

/** Where a script finds the function that it calls: V8 limits the time of scripts only. */
const SLOT = 'gabaritSiteCode'
let caller: Script | undefined

const ENDS = 'must not be called here: this code only computes, and ends when it returns'
const WAITS = 'makes a promise, but nobody would wait for it here: the text is used at once'

/** What would end this process, or run after the code has returned. */
const REFUSED = [
  [process, 'process.', ['exit', 'reallyExit', 'abort', 'kill', 'nextTick', 'getBuiltinModule'], ENDS],
  [globalThis, '', ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'eval'], ENDS],
  [Promise, 'Promise.', ['resolve', 'reject', 'all', 'allSettled', 'any', 'race'], WAITS],
  [Promise.prototype, 'Promise.prototype.', ['then', 'catch', 'finally'], WAITS],
  [globalThis, '', ['Promise'], WAITS],
] as const

/** The first refused thing that code has done. */
let offence: Error | undefined

/**
 * Runs a migration, which sees this process: what would end it or outlive the code is refused, even if the code has caught the error
 * itself.
 * @throws TypeError with the stack of the call
 */
export function refusingEnds<Result>(run: () => Result): Result {
  offence = undefined
  const restore = REFUSED.flatMap(([owner, prefix, names, why]) =>
    names.map(name => refuse(owner, name, `${prefix}${name}() ${why}`)),
  )
  try {
    const result = run()
    if (offence !== undefined) throw offence
    return result
  } finally {
    for (const undo of restore) undo()
  }
}

let isRunning = false

/**
 * Runs code of the site in this process: fragments, a migration. A time limit and signals end it even in an endless loop. Called from
 * such code, it only calls the function.
 * @param place where the code is when it is stopped
 * @throws Failure (refused) if it was stopped. Not even the `finally` of what it called has run then
 */
export function runSiteCode<Result>(run: () => Result, place: () => string | undefined): Result {
  if (isRunning) return run()
  isRunning = true
  const limit = millisecondsOf(process.env.GABARIT_FRAGMENT_TIMEOUT, 30_000)
  try {
    return endingOnSignals(breakOnSigint => limited(run, limit, breakOnSigint))
  } catch (error) {
    if (hasCode(error, 'ERR_SCRIPT_EXECUTION_INTERRUPTED')) throw stopFor('SIGINT', place())
    if (!hasCode(error, 'ERR_SCRIPT_EXECUTION_TIMEOUT')) throw error
    throw refusal(`this code did not end within ${limit / 1000} s and was stopped`, { where: place(), hint: ENDLESS })
  } finally {
    isRunning = false
  }
}

const ENDLESS = [
  'A loop without an end, or a regular expression with nested repetitions such as (a+)+ ?',
  'To allow more time, set GABARIT_FRAGMENT_TIMEOUT to a number of seconds.',
].join('\n')

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

function refuse(owner: object, name: string, message: string): () => void {
  const own = Reflect.get(owner, name)
  function refused(): never {
    const error = new TypeError(message)
    offence ??= error
    throw error
  }
  // `Promise` keeps the functions that are called on it.
  Reflect.set(owner, name, Object.setPrototypeOf(refused, own))
  return () => Reflect.set(owner, name, own)
}
