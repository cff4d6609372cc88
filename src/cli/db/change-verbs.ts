import { isUtf8 } from 'node:buffer'
import { EXIT, Failure, unchanged } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { changeDatabase } from '../../db/change.ts'
import { Descriptions } from '../../db/describe.ts'
import { type Draft, MissingRecord } from '../../db/draft.ts'
import type { Problem } from '../../db/problem.ts'
import { type Call, notingNew } from './call.ts'
import { EXPECT_VERBS } from './expect-verbs.ts'
import { ensureRecord } from './fleet.ts'
import { changesOfFleet } from './origin.ts'
import { argumentName, checkArguments, type Verb } from './verb.ts'
import { splitWords } from './words.ts'
import { WRITE_VERBS } from './write-verbs.ts'

const BATCH_VERBS: Readonly<Record<string, Verb>> = { ...WRITE_VERBS, ...EXPECT_VERBS }

/** Runs a verb that changes one record, in its own transaction. */
export function runChange(call: Call, name: string, verb: Verb, args: readonly string[]): number {
  const { change } = verb
  if (change === undefined) return EXIT.failed
  const given = name === 'setjson' && args[1] === '-' ? [args[0] ?? '', inputText(call)] : args
  const options = { command: `${call.program} ${name}`, note: noteTo(call), isPart: call.layer !== undefined }
  let owned: readonly string[] = []
  const work = (draft: Draft) => {
    try {
      if (name === 'setprop') ensureRecord(call, draft, given[0] ?? '')
      // SME Server says nothing of these, and only delete exits with 1.
      const isMissing = ['delete', 'delprop'].includes(name) && !draft.has(args[0] ?? '')
      if (isMissing) call.printError(`${call.program}: ${new MissingRecord(args[0] ?? '', draft.keys()).message}`)
      const found = change(draft, given) !== false
      owned = changesOfFleet(call, draft)
      return found
    } catch (error) {
      throw withHint(call, error)
    }
  }
  const done = notingNew(call, () => changeDatabase(call.places, call.database, options, work))
  for (const note of owned) noteTo(call)(note)
  return done ? EXIT.done : EXIT.failed
}

/** `batch`: one command per line; all of them take effect, or none. */
export function runBatch(call: Call): number {
  const lines = inputText(call).split('\n')
  let origins: Map<string, number> | undefined
  const locate = ({ key, property }: Problem) => {
    origins ??= findOrigins(lines)
    const line = (property === undefined ? undefined : origins.get(partId(key, property))) ?? origins.get(key)
    return line === undefined ? '' : `line ${line}: `
  }
  const options = { command: `${call.program} batch`, locate, note: noteTo(call), isPart: call.layer !== undefined }
  let owned: readonly string[] = []
  const work = (draft: Draft) => {
    for (let index = 0; index < lines.length; index++) runLine(call, draft, lines[index] ?? '', index + 1)
    owned = changesOfFleet(call, draft)
  }
  notingNew(call, () => changeDatabase(call.places, call.database, options, work))
  for (const note of owned) noteTo(call)(note)
  return EXIT.done
}

function runLine(call: Call, draft: Draft, line: string, number: number): void {
  try {
    // A rest element would cost an iterator for each of thousands of lines.
    const words = splitWords(line)
    const name = words[0]
    if (name === undefined) return
    const args = words.slice(1)
    const verb = Object.hasOwn(BATCH_VERBS, name) ? BATCH_VERBS[name] : undefined
    if (verb?.change === undefined) {
      const known = Object.keys(BATCH_VERBS)
      throw new Failure(`"${name}" is not allowed in a batch${didYouMean(name, known)}`, {
        hint: `Verbs: ${known.join(' ')}`,
      })
    }
    checkArguments(name, verb, args, `${name} ${verb.arguments}`)
    const key = args[0] ?? ''
    if (name === 'setprop') ensureRecord(call, draft, key)
    if (verb.change(draft, args) === false) throw new MissingRecord(key, draft.keys())
  } catch (thrown) {
    const error = withHint(call, thrown)
    if (!(error instanceof Failure)) throw error
    const { message, status, hint } = unchanged(error)
    throw new Failure(message, { status, where: `line ${number}`, hint, cause: error })
  }
}

/** A described record that is missing was never created, so say how to create it. */
function withHint(call: Call, error: unknown): unknown {
  if (!(error instanceof MissingRecord)) return error
  const described = new Descriptions(call.places).ofRecord(call.database, error.key) !== undefined
  if (!described) return error
  const hint = 'To create it: gabarit initialize-default-databases (or signal-event post-install)'
  return new Failure(error.message, { hint, cause: error })
}

function noteTo({ printError }: Call): (typo: string) => void {
  return typo => printError(`note: ${typo}`)
}

/** The last line that named each record, and each of its properties. Only searched when a value is refused. */
function findOrigins(lines: readonly string[]): Map<string, number> {
  const origins = new Map<string, number>()
  for (const [index, line] of lines.entries()) {
    const [name = '', key = '', ...rest] = splitWords(line)
    origins.set(key, index + 1)
    const verb = WRITE_VERBS[name]
    for (const [position, arg] of rest.entries())
      if (verb !== undefined && argumentName(verb, position + 1) === 'PROP') origins.set(partId(key, arg), index + 1)
  }
  return origins
}

/** Keys can contain any character, so a pair is written as JSON to distinguish it from a key. */
function partId(key: string, property: string): string {
  return JSON.stringify([key, property])
}

function inputText({ io }: Call): string {
  const bytes = io.readInput()
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const before = bytes.toString('utf8').split('\ufffd', 1)[0] ?? ''
  throw new Failure('this is not valid UTF-8', { where: `standard input, line ${before.split('\n').length}` })
}
