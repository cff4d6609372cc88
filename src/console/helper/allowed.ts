import { orUndefined } from '../../base/failure.ts'
import { DATABASE_NAME } from '../../system/places.ts'
import { parseArguments, splitOptions } from '../../terminal/arguments.ts'
import { type Access, type Command, MAKES_PLANS } from '../../terminal/command.ts'

/** What the console may run: the table of commands, and that of the verbs of `db`. */
export interface Allowed {
  readonly commands: readonly Command[]
  readonly verbs: Readonly<Record<string, { readonly console?: Access }>>
}

/** A command line that the console may run. */
export interface Permit {
  /** What it does: only reads; changes something; can lock somebody out. */
  readonly access: Access
  /** Whether it may take a while, so that it is followed. */
  readonly long: boolean
  /** The plan that it asks for. */
  readonly plan?: string | undefined
  /** The words that decide what the plan is, without how it is shown. */
  readonly deed: string
  /** Whether it makes a plan to be shown. */
  readonly shows: boolean
}

/** Options that choose where the command works, wait for a terminal, or change something in a command that reads. */
const NEVER = ['root', 'help', 'version', 'confirm', 'overwrite', 'reveal', 'drop-failing', 'output']

/** How a plan is shown or told of; none of them changes what it is. */
const HOW = ['--dry-run', '--json', '--json-lines', '--check']
/** The same with a value. */
const HOW_WITH_VALUE = [`--${MAKES_PLANS}`, '--comment', '--confirm-within']

/** What a command line may do; undefined: the console may not run it. */
export function permitOf([program = '', ...words]: readonly string[], allowed: Allowed): Permit | undefined {
  if (words.some(word => word.includes('\0'))) return undefined
  if (program === 'db') return databasePermit(words, allowed)
  return program === 'gabarit' ? commandPermit(words, allowed.commands) : undefined
}

function databasePermit(words: readonly string[], { verbs }: Allowed): Permit | undefined {
  const [json, database = '', verb = '', ...args] = words[0] === '--json' ? words : ['', ...words]
  const access = Object.hasOwn(verbs, verb) ? verbs[verb]?.console : undefined
  if (access === undefined || !DATABASE_NAME.test(database) || args.some(word => word.startsWith('-'))) return undefined
  return { access, long: false, deed: [json, database, verb].join(' '), shows: false }
}

function commandPermit(words: readonly string[], commands: readonly Command[]): Permit | undefined {
  const [name, ...rest] = words
  const command = commands.find(known => known.name === name)
  if (command?.verbs === undefined) return command && permit(words, rest, command)
  const split = splitOptions(rest, command.verbs)
  const verb = command.verbs.find(known => known.name === split.name)
  return verb && permit(words, [...split.before, ...split.rest], verb)
}

function permit(words: readonly string[], rest: readonly string[], command: Command): Permit | undefined {
  const parsed = orUndefined(() => parseArguments(rest, command))
  if (command.console === undefined || parsed === undefined) return undefined
  const { values } = parsed
  if (NEVER.some(option => values[option] !== undefined && values[option] !== false)) return undefined
  const shows = values['dry-run'] === true || values.check === true
  const plan = typeof values.plan === 'string' ? values.plan : undefined
  const makesPlans = command.options?.some(({ name }) => name === MAKES_PLANS) === true
  // What was not shown is not done.
  if (makesPlans && !shows && plan === undefined) return undefined
  const data = words.indexOf('--')
  const isDeed = (word: string, at: number) =>
    (data !== -1 && at >= data) ||
    (![...HOW, ...HOW_WITH_VALUE].includes(word.replace(/=.*/s, '')) && !HOW_WITH_VALUE.includes(words[at - 1] ?? ''))
  const deed = words.filter(isDeed)
  const lists = command.listsAlone === true && parsed.args.length === 0
  const access = shows || lists ? 'read' : command.console
  return {
    access,
    long: access !== 'read' && command.printsSecrets !== true,
    plan,
    deed: JSON.stringify(deed),
    shows: shows && makesPlans,
  }
}
