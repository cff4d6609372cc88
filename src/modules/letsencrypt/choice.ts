import { Failure } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import { writeFileAtomically } from '../../system/atomic-write.ts'
import { textOf } from '../../system/read-files.ts'

/** The file with a person's choice of certificate. */
interface ChoiceFile {
  /** Id of the certificate. */
  readonly chosen: string
  /** ISO 8601. */
  readonly until: string
}

/**
 * Reads the choice.
 * @param name of the certificate, for the message
 * @returns undefined if nothing was chosen, a Failure if it cannot be read
 */
export function readChoice(file: string, name: string): ChoiceFile | undefined | Failure {
  const text = textOf(file)
  if (text === undefined) return undefined
  try {
    const choice: unknown = JSON.parse(text)
    if (isObject(choice) && typeof choice.chosen === 'string' && typeof choice.until === 'string')
      if (!Number.isNaN(Date.parse(choice.until))) return { chosen: choice.chosen, until: choice.until }
  } catch {
    // Reported below, with a file that contains something else.
  }
  return new Failure('this file is damaged', {
    where: file,
    hint: `The certificate in service for ${name} does not change. To serve the newest one, remove the file.`,
  })
}

/** Records the choice. */
export function writeChoice(file: string, choice: ChoiceFile): void {
  writeFileAtomically(file, `${JSON.stringify(choice)}\n`, { mode: 0o600 })
}
