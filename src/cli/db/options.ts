import { isUtf8 } from 'node:buffer'
import { usageFailure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { type Layer, layerOf } from '../../db/layers.ts'
import { bytesOf } from '../../system/read-files.ts'
import { flag, type Option, value } from '../../terminal/command.ts'
import type { Program } from './call.ts'
import { formatOf } from './format.ts'

/** The options of both programs, each with what it does. */
export const OPTIONS: readonly Option[] = [
  flag('json', 'print JSON'),
  flag('reveal', 'print secret values in clear'),
  flag('origin', 'say of each property who has set it: here, a part of the fleet, or the default'),
  flag('fleet', 'the records of the fleet for all hosts, on a controller'),
  value('group NAME', 'with --fleet: those for a group of hosts'),
  value('host NAME', 'with --fleet: those for one host'),
  value('root FOLDER', 'work below this folder instead of / (as GABARIT_ROOT)'),
  flag('help', 'show this help, or help for a verb'),
  flag('version', 'show the version'),
]

/** The names of the options. */
export const FLAGS: readonly string[] = OPTIONS.map(({ name }) => `--${name}`)

const WITH_VALUE = OPTIONS.filter(({ type }) => type === 'string').map(({ name }) => `--${name}`)

/** What a verb that only reads also takes after it. Nothing there may choose a root: it can be data of a script. */
export const AFTER_READING: readonly string[] = ['--json', '--reveal', '--origin']

/**
 * Options come before the verb. Everything after it is data, except for {@link AFTER_READING} and `--help` alone. `--` ends
 * the options.
 * @param program `config` has no word for the database
 * @param reads whether a verb only reads
 */
export function parseOptions(program: Program, args: readonly string[], reads: (verb: string) => boolean) {
  const flags = new Set<string>()
  const words: string[] = []
  const values = new Map<string, string>()
  const takes = (word: string, at: number) => {
    const isHelp = word === '-h' || word === '--help'
    const [verb, ...data] = program === 'db' ? words.slice(1) : words
    if (verb !== undefined)
      return (isHelp && data.length === 0 && at === args.length - 1) || (reads(verb) && AFTER_READING.includes(word))
    return word === '-h' || FLAGS.includes(word.replace(/^(--(?:root|group|host))=.*/s, '$1'))
  }
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    const isOption = takes(word, at)
    if (word === '--' && (words.length === 0 || takes('--json', at))) {
      words.push(...args.slice(at + 1))
      break
    }
    if (!isOption && words.length === 0 && /^-./s.test(word))
      throw usageFailure(`unknown option "${word}"${didYouMean(word, FLAGS)}`, `Options: ${FLAGS.join(' ')}`)
    if (!isOption) words.push(word)
    else if (WITH_VALUE.includes(word)) values.set(word, args[++at] ?? '')
    else if (word.includes('=')) values.set(word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1))
    else flags.add(word === '-h' ? '--help' : word)
    for (const [name, value] of values)
      if (value === '') throw usageFailure(`${name} needs a ${name === '--root' ? 'folder' : 'name'}`)
  }
  return {
    format: formatOf(flags),
    reveal: flags.has('--reveal'),
    help: flags.has('--help'),
    version: flags.has('--version'),
    root: values.get('--root'),
    origin: flags.has('--origin'),
    layer: layerIn(flags, values),
    /** The database, the verb and its data. */
    words,
  }
}

/** Whose records: undefined for those of this machine. @throws Failure (usage) for --group or --host without --fleet */
function layerIn(flags: ReadonlySet<string>, values: ReadonlyMap<string, string>): Layer | undefined {
  const [group, host] = [values.get('--group'), values.get('--host')]
  if (flags.has('--fleet')) return layerOf(group, host)
  if (group === undefined && host === undefined) return undefined
  throw usageFailure(
    `--${group === undefined ? 'host' : 'group'} is for the records of the fleet`,
    'Put --fleet before it.',
  )
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
