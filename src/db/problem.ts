import { escapeControls } from '../base/escape-controls.ts'
import { type Failure, refusal } from '../base/failure.ts'
import { nearestWord } from '../base/nearest.ts'
import type { Descriptions } from './describe.ts'
import type { DbRecord } from './record.ts'

/** A value that does not match its description. The message never contains the value of a secret property. */
export interface Problem {
  readonly key: string
  /** Absent if the problem is with the type (the value of a scalar). */
  readonly property?: string
  readonly message: string
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
const COMMON = ['status', 'access', 'ServiceName', 'ReloadSignal', 'TCPPort', 'TCPPorts', 'UDPPort', 'UDPPorts']

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
