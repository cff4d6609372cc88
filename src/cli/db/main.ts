import { basename } from 'node:path'
import { EXIT, Failure, usageFailure } from '../../base/failure.ts'
import { didYouMean } from '../../base/nearest.ts'
import { type Io, StandardOutput } from '../../system/io.ts'
import { DATABASE_NAME, findPaths, needRoot, type Paths, versionOf } from '../../system/places.ts'
import { layOut, optionList } from '../../terminal/help.ts'
import type { CallOutput, Program } from './call.ts'
import { runChange } from './change-verbs.ts'
import { placesOfFleet } from './fleet.ts'
import { checkEncoding, OPTIONS, type Options, parseOptions } from './options.ts'
import { showOrigins } from './origin.ts'
import { runImportTree } from './transfer-verbs.ts'
import { checkArguments, type Verb } from './verb.ts'
import { reads, VERBS } from './verbs.ts'

/**
 * The programs `db` and `config`, distinguished by the name they are called by.
 * @param argv the program's name, then the words of the command line
 * @returns the exit status
 */
export function main(argv: readonly string[], io: Io): number {
  const [script = 'db', ...args] = argv
  const program = basename(script) === 'config' ? 'config' : 'db'
  const output = new StandardOutput(io)
  const printer: CallOutput = {
    print: text => output.write(1, text),
    printError: message => output.write(2, `${message}\n`),
  }
  const fail = (message: string) => printer.printError(`${program}: ${message}`)
  try {
    checkEncoding(args)
    return output.finish(runWords(program, parseOptions(program, args, reads), io, printer), fail)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    fail(error.describe())
    return error.status
  }
}

function runWords(program: Program, options: Options, io: Io, printer: CallOutput): number {
  const { print } = printer
  if (options.version) {
    print(`${program} (gabarit) ${versionOf(io.shipped)}\n`)
    return EXIT.done
  }
  if (options.words[0] === 'help' && options.words.length <= 2) return help(program, options.words.slice(1), print)
  if (options.help) return help(program, options.words, print)
  const [database, name, ...args] = program === 'config' ? ['configuration', ...options.words] : options.words
  const places = findPaths(io.shipped, io.env, options.root, io.resolve)
  if (program === 'db' && database === 'import' && name === '--tree') {
    const [folder] = args
    if (folder === undefined || args.length > 1)
      throw usageFailure('import --tree takes one folder', 'usage: db import --tree FOLDER')
    return runImportTree(program, places, folder, printer)
  }
  if (program === 'db' && database === 'import' && name !== undefined && verbOf(name) === undefined)
    throw usageFailure(
      `"${name}" is not a verb of a database "import"; use --tree to import a whole folder`,
      'usage: db import --tree FOLDER\n       db DATABASE import FILE',
    )
  if (database === undefined || name === undefined)
    throw usageFailure(
      `missing ${database === undefined ? 'database' : 'verb'}`,
      `${usageOf(program)}\nHelp: ${program} --help`,
    )
  checkDatabaseName(database)
  const verb = verbOf(name)
  if (verb === undefined) throw unknownVerb(program, name)
  checkArguments(name, verb, args, verbUsage(program, name, verb))
  // Values may be secrets, so they are not repeated.
  if (name !== 'describe' && !database.startsWith('/'))
    needRoot(places, [program, ...(program === 'db' ? [database] : []), name, ...(args.length > 0 ? ['…'] : [])])
  const { format, reveal, layer } = options
  const within = layer === undefined ? places : placesOfFleet(places, layer, database, name, reads(name))
  const call = { ...printer, program, io, places: within, database: nameOf(places, database), layer, format, reveal }
  if (options.origin) return showOrigins(call, name, args)
  return verb.run === undefined ? runChange(call, name, verb, args) : verb.run(call, args)
}

function help(program: Program, words: readonly string[], print: CallOutput['print']): number {
  const name = words[program === 'db' && words.length > 1 ? 1 : 0]
  const verb = verbOf(name)
  if (name !== undefined && verb !== undefined) print(`${verb.summary}\n${verbUsage(program, name, verb)}\n`)
  else if (name === undefined || (program === 'db' && words.length === 1)) print(helpText(program))
  else throw unknownVerb(program, name)
  return EXIT.done
}

function verbOf(name = ''): Verb | undefined {
  return Object.hasOwn(VERBS, name) ? VERBS[name] : undefined
}

/** The usage of a program. */
function usageOf(program: Program): string {
  return program === 'db'
    ? 'usage: db [OPTIONS] DATABASE VERB [ARGUMENTS]\n       db import --tree FOLDER'
    : 'usage: config [OPTIONS] VERB [ARGUMENTS]'
}

/** The complete help. */
function helpText(program: Program): string {
  const what = program === 'db' ? 'a database' : 'the configuration database'
  const rows = Object.entries(VERBS).map(
    ([name, verb]) => [`${name} ${verb.arguments}`.trimEnd(), verb.summary] as const,
  )
  const options = optionList(
    OPTIONS,
    'Options, before the verb (--json and --reveal also after a verb that only reads)',
  )
  return `${layOut(`${usageOf(program)}\n\nReads and changes ${what}.`, [{ title: 'Verbs', rows }, options])}\n`
}

/** Usage and example of one verb. */
function verbUsage(program: Program, name: string, verb: Verb): string {
  const usage = `usage: ${program}${program === 'db' ? ' DATABASE' : ''} ${name} ${verb.arguments}`.trimEnd()
  return `${usage}\nexample: ${program}${program === 'db' ? ' configuration' : ''} ${name} ${verb.example}`.trimEnd()
}

/** A name is a file in the database folder; any other path must be absolute. */
function checkDatabaseName(name: string): void {
  if (DATABASE_NAME.test(name) || /^\/[^\0]*[^/\0]$/.test(name)) return
  throw usageFailure(
    `"${name}" is not a valid database name`,
    'A name consists of letters, digits and . _ -; the path of a file must start with a slash.',
  )
}

/** One of our databases can be named by its full path, as in SME Server. Its descriptions still apply. */
function nameOf(places: Paths, database: string): string {
  const start = `${places.databases}/`
  const name = database.startsWith(start) && database.endsWith('.json') ? database.slice(start.length, -5) : ''
  return name === '' || name.includes('/') ? database : name
}

function unknownVerb(program: Program, name: string): Failure {
  const known = ['help', ...Object.keys(VERBS)]
  return usageFailure(
    `unknown verb "${name}"${didYouMean(name, known)}`,
    `${usageOf(program)}\nVerbs: ${program} --help`,
  )
}
