import { orUndefined, usageFailure } from '../../../base/failure.ts'
import { listOf, objectOf, text } from '../../../base/shape.ts'

/** A record as `printjson` prints it. Null: a secret. */
export interface RecordData {
  readonly name: string
  readonly type: string | null
  readonly props?: Readonly<Record<string, string | null>>
}

const textOrNull = (value: unknown) => (value === null ? null : text(value))
const pair = (value: unknown): readonly [string, string | null] => {
  const [name, ...rest] = listOf(textOrNull)(value)
  return [text(name), textOrNull(rest[0])]
}
const kept = objectOf({ type: textOrNull, props: listOf(pair) })

/** What a form shows, and carries with it: the record as it was then. */
export interface Seen {
  readonly type: string | null
  readonly props: ReadonlyMap<string, string | null>
}

export function seenOf({ type, props = {} }: RecordData): Seen {
  return { type, props: new Map(Object.entries(props)) }
}

export function seenAsText({ type, props }: Seen): string {
  return JSON.stringify({ type, props: [...props] })
}

/** @throws Failure (usage) for a form that was changed on its way */
export function seenFrom(json: string): Seen {
  const found = orUndefined(() => kept(JSON.parse(json)))
  if (found === undefined) throw usageFailure('this form is damaged')
  return { type: found.type, props: new Map(found.props) }
}

/** What has become of a record since a form was shown, each as property, then and now. The empty name is its type. */
export function differences(then: Seen, now: Seen): [property: string, old: string | null, new_: string | null][] {
  const names = new Set([...then.props.keys(), ...now.props.keys()])
  const parts = [...names].map(name => [name, then.props.get(name), now.props.get(name)] as const)
  return [['', then.type, now.type] as const, ...parts]
    .filter(([, old, present]) => old !== present)
    .map(([name, old, present]) => [name, old ?? null, present ?? null])
}
