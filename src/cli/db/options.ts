import { isUtf8 } from 'node:buffer'
import { usageFailure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { bytesOf } from '../../system/read-files.ts'
import { flag, type Option, value } from '../../terminal/command.ts'
import { formatOf } from './format.ts'

/** The options of both programs, each with what it does. */
export const OPTIONS: readonly Option[] = [
  flag('json', 'print JSON'),
  flag('reveal', 'print secret values in clear'),
  value('root', 'work below this folder instead of / (as GABARIT_ROOT)'),
  flag('help', 'show this help, or help for a verb'),
  flag('version', 'show the version'),
]

/** The names of the options. */
export const FLAGS: readonly string[] = OPTIONS.map(({ name }) => `--${name}`)

/** Options come before the database (or the verb of `config`). The first other word, or `--`, ends them. */
export function parseOptions(args: readonly string[]) {
  const flags = new Set<string>()
  let root: string | undefined
  let at = 0
  for (; at < args.length; at++) {
    const word = args[at] ?? ''
    if (word === '--') {
      at++
      break
    }
    if (!word.startsWith('-') || word === '-') break
    if (word === '--root') root = args[++at]
    else if (word.startsWith('--root=')) root = word.slice('--root='.length)
    else if (FLAGS.includes(word)) flags.add(word)
    else if (word === '-h') flags.add('--help')
    else throw usageFailure(`unknown option "${word}"${didYouMean(word, FLAGS)}`, `Options: ${FLAGS.join(' ')}`)
    if (word.startsWith('--root') && (root === undefined || root === '')) throw usageFailure('--root needs a folder')
  }
  return {
    format: formatOf(flags),
    reveal: flags.has('--reveal'),
    help: flags.has('--help'),
    version: flags.has('--version'),
    root,
    /** The words after the options, all of which are data. */
    words: args.slice(at),
  }
}

export type Options = ReturnType<typeof parseOptions>

/**
 * Node decodes arguments as UTF-8 and replaces invalid bytes with U+FFFD: storing that would be a silent loss. So if there is a
 * U+FFFD, the bytes themselves are checked, if the system provides them.
 */
export function checkEncoding(args: readonly string[]): void {
  if (!args.some(arg => arg.includes('\ufffd'))) return
  const bytes = bytesOf('/proc/self/cmdline')
  if (bytes !== undefined && !isUtf8(bytes))
    throw usageFailure('an argument is not valid UTF-8', 'Check the encoding of the terminal or script.')
}
