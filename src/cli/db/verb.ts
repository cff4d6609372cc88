import { cached } from '../../base/cached.ts'
import { usageFailure } from '../../base/failure.ts'
import { plural } from '../../base/plural.ts'
import type { Draft } from '../../db/draft.ts'
import type { Access } from '../../terminal/command.ts'
import type { Call } from './call.ts'

/** One verb. Argument checks, usage, help and completion come from this table. */
export interface Verb {
  /** `KEY PROP VALUE [PROP VALUE]...`; {@link checkArguments} enforces it. */
  readonly arguments: string
  readonly summary: string
  /** The arguments of an example. */
  readonly example: string
  /** Required arguments that may be empty. */
  readonly mayBeEmpty?: readonly string[]
  /** Absent: the console may not use it. */
  readonly console?: Access
  /** Prints something from the database; returns the exit status. */
  readonly run?: (call: Call, args: readonly string[]) => number
  /** Changes one record inside a transaction (or as a line of `batch`). A false means that it does not exist: exit 1. */
  readonly change?: (draft: Draft, args: readonly string[]) => unknown
}

const shapes = new Map<string, ReturnType<typeof shapeIn>>()

/** A batch of thousands asks for the same few again and again. */
function shapeOf({ arguments: usage }: Verb) {
  return cached(shapes, usage, () => shapeIn(usage))
}

/** The names of a verb's arguments: `KEY [PROP]...` gives a required KEY and a repeated PROP. */
function shapeIn(usage: string) {
  const [, fixed = '', group = '', dots] = /^([^[]*)(?:\[(.+)\](\.\.\.)?)?$/.exec(usage) ?? []
  const words = (text: string) => text.split(/[ [\]]+/).filter(word => word !== '')
  return { required: words(fixed), optional: words(group), repeated: dots !== undefined }
}

/** The name of the argument at a position; undefined if there is none. */
export function argumentName(verb: Verb, position: number): string | undefined {
  const { required, optional, repeated } = shapeOf(verb)
  if (position < required.length) return required[position]
  const beyond = position - required.length
  return repeated ? optional[beyond % optional.length] : optional[beyond]
}

/**
 * Refuses wrong arguments before anything is read or written.
 * The message never repeats an argument, which may be a misplaced password.
 */
export function checkArguments(name: string, verb: Verb, args: readonly string[], usage: string): void {
  const { required, optional, repeated } = shapeOf(verb)
  const fail = (message: string): never => {
    throw usageFailure(`${name}: ${message}`, usage)
  }
  const missing = required[args.length]
  if (missing !== undefined) fail(`${missing} is missing`)
  const beyond = args.length - required.length
  if (repeated && beyond % optional.length !== 0)
    fail(`${optional.join(' and ')} come in pairs; the last one is incomplete`)
  if (!repeated && beyond > optional.length) {
    const most = required.length + optional.length
    const given = `${plural(args.length, 'argument')} given`
    fail(`${given}, ${most === 0 ? 'none' : `at most ${most}`} expected; quote a value that contains spaces`)
  }
  for (let position = args.indexOf(''); position >= 0; position = args.indexOf('', position + 1)) {
    const argument = argumentName(verb, position)
    if (argument === undefined || argument === 'VALUE' || verb.mayBeEmpty?.includes(argument) === true) continue
    if (position < required.length || argument === 'PROP') fail(`${argument} is empty`)
  }
}
