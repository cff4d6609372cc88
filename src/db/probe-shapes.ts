import { messageOf } from '../base/failure.ts'
import { isObject } from '../base/is-object.ts'
import { didYouMean } from '../base/nearest.ts'
import { flag, listOf, objectOf, oneOf, optional, recordOf, type Shape, text } from '../base/shape.ts'

const PROBE = {
  when: oneOf('before', 'after', 'boot'),
  ask: listOf(text),
  answer: oneOf('words', 'equals', 'json', 'value', 'differences'),
  winner: optional(listOf(text)),
  warns: optional(flag),
}

const EFFECTIVE = {
  key: text,
  probe: optional(text),
  same: optional(recordOf(text)),
  among: optional(flag),
  ignoreCase: optional(flag),
}

/** Ends the sentence `must be …`; undefined: these are probes. */
export function probesProblem(value: unknown): string | undefined {
  return problemOf(recordOf(only(PROBE)), value, '{NAME: {"when": "before", "ask": [WORD…], "answer": "words"}}')
}

/** The same for where a property is found in an answer. */
export function effectiveProblem(value: unknown): string | undefined {
  return problemOf(only(EFFECTIVE), value, '{"key": KEY} as the daemon calls it')
}

/** These parts and no others. */
function only<Parts extends Readonly<Record<string, Shape<unknown>>>>(parts: Parts): Shape<unknown> {
  const known = Object.keys(parts)
  return (value, part) => {
    for (const name of Object.keys(isObject(value) ? value : {}))
      if (!known.includes(name)) throw new Error(`"${name}" is not a keyword${didYouMean(name, known)}`)
    return objectOf(parts)(value, part)
  }
}

function problemOf(shape: Shape<unknown>, value: unknown, form: string): string | undefined {
  try {
    shape(value)
    return undefined
  } catch (error) {
    return `${form}: ${messageOf(error)}`
  }
}
