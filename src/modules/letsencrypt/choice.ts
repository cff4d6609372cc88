import { Failure } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import type { State } from '../../system/state.ts'

const FILE = 'choice.json'

/** The file with a person's choice of certificate. */
interface ChoiceFile {
  /** Id of the certificate. */
  readonly chosen: string
  /** ISO 8601. */
  readonly until: string
}

/**
 * Reads the choice.
 * @param state of the certificate
 * @param name of the certificate, for the message
 * @returns undefined if nothing was chosen, a Failure if it cannot be read
 */
export function readChoice(state: State, name: string): ChoiceFile | undefined | Failure {
  const text = state.read(FILE)?.toString('utf8')
  if (text === undefined) return undefined
  try {
    const choice: unknown = JSON.parse(text)
    if (isObject(choice) && typeof choice.chosen === 'string' && typeof choice.until === 'string')
      if (!Number.isNaN(Date.parse(choice.until))) return { chosen: choice.chosen, until: choice.until }
  } catch {
    // Reported below, with a file that contains something else.
  }
  return new Failure('this file is damaged', {
    where: state.path(FILE),
    hint: `The certificate in service for ${name} does not change. To serve the newest one, remove the file.`,
  })
}

/** Records the choice; undefined: none. */
export function writeChoice(state: State, choice: ChoiceFile | undefined): void {
  if (choice === undefined) state.remove(FILE)
  else state.write(FILE, `${JSON.stringify(choice)}\n`)
}
