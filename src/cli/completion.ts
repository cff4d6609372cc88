import { join } from 'node:path'
import { EXIT, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { readText } from '../system/read-files.ts'
import type { Invocation } from '../terminal/command.ts'

/** The shells with a completion script: each asks `gabarit complete` for every word. */
const SHELLS: readonly string[] = ['bash', 'zsh', 'fish']

/** `gabarit completion [bash|zsh|fish]` */
export async function run({ args: [shell = 'bash'], places, printExact }: Invocation): Promise<number> {
  if (!SHELLS.includes(shell)) throw usageFailure(`there is no completion for "${shell}"${didYouMean(shell, SHELLS)}`)
  printExact(readText(join(places.shipped, 'completions', `gabarit.${shell}`)))
  return EXIT.done
}
