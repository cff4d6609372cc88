import parse from 'yargs-parser'
import { type Failure, usageFailure } from '../base/failure.ts'
import { didYouMean } from '../base/nearest.ts'
import { COMMON_OPTIONS, type Command, type Option } from './command.ts'

/**
 * Parses a command line. Options can be anywhere before `--`; everything else is data.
 * @throws Failure (usage) for an unknown option, or one with a value that takes none, or without one that needs it
 */
export function parseArguments(
  words: readonly string[],
  { options = [], passesOptions }: Pick<Command, 'options' | 'passesOptions'>,
): { args: readonly string[]; values: Readonly<Record<string, unknown>> } {
  const all = [...options, ...COMMON_OPTIONS]
  refuseMisread(words, all, passesOptions === true)
  const named = (type: Option['type']) => all.filter(option => option.type === type).map(({ name }) => name)
  const parsed = parse([...words], {
    boolean: named('boolean'),
    string: named('string'),
    alias: Object.fromEntries(all.map(({ name, alias }) => [name, [...alias]])),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'short-option-groups': false,
      'unknown-options-as-args': true,
    },
  })
  for (const name of named('string')) if (parsed[name] === '') throw usageFailure(`the option --${name} needs a value`)
  const behind = Array.isArray(parsed['--']) ? parsed['--'].map(String) : []
  return { args: [...parsed._.map(String), ...behind], values: parsed }
}

/**
 * What yargs-parser would take for something else: `--dry-run=yes` for no dry run, `-1` for an option, an unknown option for
 * an argument.
 */
function refuseMisread(words: readonly string[], known: readonly Option[], passesOptions: boolean): void {
  for (let at = 0; at < words.length && words[at] !== '--'; at++) {
    const word = words[at] ?? ''
    const [typed = word] = /^--[^=]+/s.exec(word) ?? []
    const option = known.find(one => isNamed(one, typed))
    if (option === undefined) {
      if (/^-./s.test(word) && !passesOptions) throw unknownOption(typed, known)
    } else if (option.type === 'boolean') {
      if (typed !== word) throw usageFailure(`the option ${typed} takes no value`)
    } else if (typed === word) at++
  }
}

function isNamed({ name, alias }: Option, typed: string): boolean {
  return [name, ...alias].some(known => `--${known}` === typed)
}

function unknownOption(typed: string, known: readonly Option[]): Failure {
  const names = known.flatMap(({ name, alias }) => [name, ...alias]).map(name => `--${name}`)
  return usageFailure(`unknown option ${typed}${didYouMean(typed, names)}`)
}

/** The words of a command line, with `--help` for its short form. Words behind `--` are data. */
export function withLongHelp(words: readonly string[]): string[] {
  const data = words.includes('--') ? words.indexOf('--') : words.length
  return words.map((word, at) => (word === '-h' && at < data ? '--help' : word))
}

/** The option with a value that this word is, without its value. */
export function valueOption(options: readonly Option[], word: string): Option | undefined {
  return options.find(option => option.type === 'string' && isNamed(option, word))
}

/** Options can also come before the name of a command: those of any of the commands, since it is not known yet which. */
export function splitOptions(words: readonly string[], commands: readonly Command[]) {
  const options = optionsOf(commands)
  let at = 0
  while (/^-./s.test(words[at] ?? '') && words[at] !== '--') at += valueOption(options, words[at] ?? '') ? 2 : 1
  return { before: words.slice(0, at), name: words[at], rest: words.slice(at + 1) }
}

/** The options of any of these commands and their subcommands. */
export function optionsOf(commands: readonly Command[]): readonly Option[] {
  const all = [...commands, ...commands.flatMap(({ verbs = [] }) => verbs)]
  return [...COMMON_OPTIONS, ...all.flatMap(({ options = [] }) => options)]
}

/** The arguments among the words of an unfinished command line, and whether the last word can only be one. */
export function argumentsSoFar(words: readonly string[], options: readonly Option[]) {
  const args: string[] = []
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? ''
    if (word === '--') return { args: [...args, ...words.slice(at + 1)], isData: at < words.length - 1 }
    if (!/^-./s.test(word)) args.push(word)
    else if (valueOption(options, word) !== undefined) at++
  }
  return { args, isData: false }
}

/**
 * Checks the number of arguments.
 * @throws Failure (usage)
 */
export function checkArity(command: Command, args: readonly string[], program: string): void {
  const { usage = '', arity: [least, most] = arityOf(usage) } = command
  if (args.length < least) throw usageFailure(`${program} needs ${usage || 'no argument'}`)
  if (args.length > most) throw usageFailure(`too many arguments for ${program}: ${args.slice(most).join(' ')}`)
}

/** The least and greatest number of arguments that a usage such as `FILE [NAME...]` shows. */
function arityOf(usage: string): readonly [least: number, most: number] {
  const count = (text: string) => text.split(' ').filter(word => !['', '--'].includes(word)).length
  return [count(usage.replace(/\[.*\]/, '')), usage.includes('...') ? Number.POSITIVE_INFINITY : count(usage)]
}
