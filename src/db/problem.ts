import { escapeControls } from '../base/escape-controls.ts'
import { type Failure, refusal } from '../base/failure.ts'
import { didYouMean, nearestWord } from '../base/nearest.ts'
import type { Descriptions } from './describe.ts'
import type { DbRecord, Records } from './record.ts'

/** A value that does not match its description. The message never contains the value of a secret property. */
export interface Problem {
  readonly key: string
  /** Absent if the problem is with the type (the value of a scalar). */
  readonly property?: string
  readonly message: string
  /** The properties of a rule on several, and the other record that has the same values. */
  readonly properties?: readonly string[]
  readonly twin?: string
  /** Only something else is missing, which the next command may set. Events refuse it. */
  readonly incomplete?: true
}

/** `sshd: property TCPPort: "x" is not a port number`. */
export function describeProblem({ key, property, message }: Problem): string {
  return escapeControls(property === undefined ? `${key}: ${message}` : `${key}: property ${property}: ${message}`)
}

/** All problems as one refusal: nothing was changed. */
export function problemsFailure(problems: readonly Problem[], line?: (problem: Problem) => string): Failure {
  const texts = problems.map(problem => (line === undefined ? '' : line(problem)) + describeProblem(problem))
  return refusal(texts.join('\n'), { hint: 'Nothing was changed.' })
}

/** `GABARIT_VALIDATE=off` accepts any value. */
export function validationIsOn(): boolean {
  return process.env.GABARIT_VALIDATE !== 'off'
}

/** What the engine itself reads from any service, described or not: never typos. */
export const COMMON = [
  ...['status', 'access', 'ServiceName', 'ReloadSignal', 'TCPPort', 'TCPPorts', 'UDPPort', 'UDPPorts'],
  'Removable',
]

/** A note on a new record that nothing describes, if its type or key looks like a typo. @param known the other records */
export function recordTypo(
  descriptions: Descriptions,
  database: string,
  { key, type }: DbRecord,
  known: Records,
): string | undefined {
  if (descriptions.of(database, key, type) !== undefined) return undefined
  const types = descriptions.subjects(database, 'type')
  // The type of a scalar is its value, and those are in this database.
  if (database !== 'configuration' && types.length > 0) {
    if ([...known.values()].some(other => other.type === type && other.key !== key)) return undefined
    const nearest = didYouMean(type, types) || `, only ${types.join(', ')}`
    return escapeControls(`${key}: ${database} has no described type "${type}"${nearest}`)
  }
  const nearest = didYouMean(key, descriptions.subjects(database, 'record'))
  return nearest === '' ? undefined : escapeControls(`${database} has no described record "${key}"${nearest}`)
}

/**
 * Notes on properties without a description that a described one replaces, or whose name is close to a described one, so
 * probably typos. They are allowed.
 * @param names the properties to check
 */
export function propertyTypos(
  descriptions: Descriptions,
  database: string,
  record: DbRecord,
  names: Iterable<string> = record.properties.keys(),
): string[] {
  const described = descriptions.of(database, record.key, record.type)?.properties
  if (described === undefined) return []
  return [...names].flatMap(name => {
    if (described.has(name) || !record.properties.has(name) || COMMON.includes(name)) return []
    const known = [...described].find(([, { replaces = [] }]) => replaces.includes(name))?.[0]
    if (known !== undefined) return [escapeControls(`${record.key}: "${name}" is replaced by "${known}"`)]
    const nearest = nearestWord(name, described.keys())
    return nearest === undefined
      ? []
      : [escapeControls(`${record.key} has no described property "${name}"; did you mean "${nearest}"?`)]
  })
}
