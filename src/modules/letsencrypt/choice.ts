import { Failure } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import { writeFileAtomically } from '../../system/atomic-write.ts'
import { textOf } from '../../system/read-files.ts'

/** The file of what a person has chosen to be served. */
interface ChoiceFile {
  /** Id of the certificate. */
  readonly chosen: string
  /** ISO 8601. */
  readonly until: string
}

/**
 * Reads what was chosen.
 * @param name of the certificate, for the message
 * @returns undefined when nothing was chosen, a Failure when it cannot be read
 */
export function readChoice(file: string, name: string): ChoiceFile | undefined | Failure {
  const text = textOf(file)
  if (text === undefined) return undefined
  try {
    const choice: unknown = JSON.parse(text)
    if (isObject(choice) && typeof choice.chosen === 'string' && typeof choice.until === 'string')
      if (!Number.isNaN(Date.parse(choice.until))) return { chosen: choice.chosen, until: choice.until }
  } catch {
    // Told below, with a file that holds something else.
  }
  return new Failure('this file is damaged', {
    where: file,
    hint: `What is served for ${name} stays as it is. Remove the file: then the newest certificate is served.`,
  })
}

/** Notes what was chosen. */
export function writeChoice(file: string, choice: ChoiceFile): void {
  writeFileAtomically(file, `${JSON.stringify(choice)}\n`, { mode: 0o600 })
}
