import { escapeControls } from '../base/escape-controls.ts'
import { type Failure, refusal } from '../base/failure.ts'

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
