import { Failure } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import type { State } from '../../system/state.ts'

const FILE = 'choice.json'

/** The file of what a person has chosen to be served. */
interface ChoiceFile {
  /** Id of the certificate. */
  readonly chosen: string
  /** ISO 8601. */
  readonly until: string
}

/**
 * Reads what was chosen.
 * @param state of the certificate
 * @param name of the certificate, for the message
 * @returns undefined when nothing was chosen, a Failure when it cannot be read
 */
export function readChoice(state: State, name: string): ChoiceFile | undefined | Failure {
  const text = state.read(FILE)?.toString('utf8')
  if (text === undefined) return undefined
  try {
    const choice: unknown = JSON.parse(text)
    if (isObject(choice) && typeof choice.chosen === 'string' && typeof choice.until === 'string')
      if (!Number.isNaN(Date.parse(choice.until))) return { chosen: choice.chosen, until: choice.until }
  } catch {
    // Told below, with a file that holds something else.
  }
  return new Failure('this file is damaged', {
    where: state.path(FILE),
    hint: `What is served for ${name} stays as it is. Remove the file: then the newest certificate is served.`,
  })
}

/** Notes what was chosen; undefined: nothing any more. */
export function writeChoice(state: State, choice: ChoiceFile | undefined): void {
  if (choice === undefined) state.remove(FILE)
  else state.write(FILE, `${JSON.stringify(choice)}\n`)
}
