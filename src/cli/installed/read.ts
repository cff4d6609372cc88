import { basename, dirname, join } from 'node:path'
import { compareBytes } from '../../base/byte-order.ts'
import { escapeLines } from '../../base/escape-controls.ts'
import { Failure, orFailure } from '../../base/failure.ts'
import { isObject } from '../../base/is-object.ts'
import { didYouMean } from '../../base/nearest.ts'
import { shell } from '../../base/quote.ts'
import { readJsonFile } from '../../db/json-reader.ts'
import type { Places } from '../../system/places.ts'
import { MODULE_NAME, misnamedModules } from '../../system/places.ts'
import { isExecutable, kindOf, namesIn } from '../../system/read-files.ts'
import { refuseUnsafeBelow } from '../../system/trust.ts'
import type { Command } from '../../terminal/command.ts'

/** An executable `commands/NAME-verb` of a module, with its description in module.json. */
export interface Verb {
  readonly name: string
  readonly file: string
  readonly summary: string
  readonly usage: string
}

/** Somebody else's module, as described by its folder and its module.json. */
export interface Installed {
  readonly name: string
  readonly folder: string
  /** Empty if it is not in module.json. */
  readonly version: string
  readonly description: string
  readonly verbs: readonly Verb[]
  /** Executables whose findings `gabarit doctor` shows. */
  readonly checks: readonly string[]
  /** Its problems, which never stop the engine's own commands. */
  readonly problems: readonly string[]
}

/** All modules installed on this server. */
export function installedModules(places: Places): Installed[] {
  return places.modules.map(readModule)
}

function readModule(folder: string): Installed {
  const name = basename(folder)
  const problems: string[] = []
  const attempt = <Found>(look: () => Found): Found | undefined => {
    const found = orFailure(look)
    if (!(found instanceof Failure)) return found
    problems.push(found.describe())
    return undefined
  }
  const about = attempt(() => readAbout(join(folder, 'module.json'), name)) ?? { version: '', description: '' }
  /** The files of a folder that are executable, and that only we can change. */
  const programs = (kind: string) =>
    (attempt(() => namesIn(join(folder, kind))) ?? [])
      .filter(file => !file.startsWith('.'))
      .sort(compareBytes)
      .flatMap(file => {
        const path = join(folder, kind, file)
        if (!isExecutable(path))
          problems.push(
            `${path}: is not an executable file${kindOf(path) === 'file' ? `\n  chmod 755 ${shell(path)}` : ''}`,
          )
        else attempt(() => refuseUnsafeBelow([dirname(folder)], path))
        return isExecutable(path) ? [path] : []
      })
  const start = `${name}-`
  const isVerb = (file: string) =>
    basename(file).startsWith(start) && MODULE_NAME.test(basename(file).slice(start.length))
  const commands = programs('commands')
  for (const file of commands)
    if (!isVerb(file)) problems.push(`${file}: the name of a command must be ${start}VERB: rename it`)
  const checks = programs('checks')
  for (const file of checks)
    if (!MODULE_NAME.test(basename(file)))
      problems.push(`${file}: the name of a check must look like "leases": rename it`)
  const verbs = commands.filter(isVerb).map((file): Verb => {
    const verb = basename(file).slice(start.length)
    const { summary = '', usage = '[ARGUMENT...]' } = about.commands?.get(verb) ?? {}
    return { name: verb, file, summary, usage }
  })
  for (const verb of about.commands?.keys() ?? [])
    if (!verbs.some(known => known.name === verb))
      problems.push(
        `${join(folder, 'module.json')}: there is no commands/${start}${verb}: add that program, or remove "${verb}"`,
      )
  return {
    ...{ name, folder, version: about.version, description: about.description, problems: problems.map(escapeLines) },
    verbs,
    checks: checks.filter(file => MODULE_NAME.test(basename(file))),
  }
}

/** Names with another meaning on the command line. */
const RESERVED: readonly string[] = ['help', 'db', 'config']

/**
 * Why the commands of a module cannot be called, if so: a module never replaces a command of gabarit.
 * @param commands those of gabarit
 */
export function shadowed({ name, folder, verbs }: Installed, commands: readonly Command[]): string | undefined {
  const isTaken = RESERVED.includes(name) || commands.some(command => command.name === name)
  if (!isTaken || verbs.length === 0) return undefined
  return `${folder}: gabarit has its own command "${name}", so the commands of this module cannot be called: rename its folder`
}

/** What is wrong with a module. */
export function problemsOf(installed: Installed, commands: readonly Command[]): string[] {
  const taken = shadowed(installed, commands)
  return [...installed.problems, ...(taken === undefined ? [] : [taken])]
}

/** Folders that look like modules but are not. */
export function misnamed({ root }: Places): string[] {
  return misnamedModules(root).map(folder =>
    escapeLines(`${folder}: the name of a module may only contain a-z, digits and -: rename it`),
  )
}

/** The contents of module.json. */
interface About {
  readonly version: string
  readonly description: string
  readonly commands?: ReadonlyMap<string, { readonly summary?: string; readonly usage?: string }>
}

const SHAPE =
  '{"name": "…", "version": "1.0", "description": "…", "commands": {"VERB": {"summary": "…", "usage": "…"}}}'

/** @throws Failure if it is missing or malformed */
function readAbout(file: string, name: string): About {
  const refuse = (message: string) => new Failure(message, { where: file, hint: `It must be ${SHAPE}` })
  const about = readJsonFile(file)
  if (!isObject(about)) throw refuse('it must be an object')
  checkTexts(about, ['name', 'version', 'description', 'commands'], refuse)
  const { version, description, commands } = about
  if (about.name !== name) throw refuse(`"name" must be that of the folder, "${name}"`)
  if (typeof version !== 'string' || !/^\d[\w.+~-]*$/.test(version)) throw refuse('"version" is missing or invalid')
  if (typeof description !== 'string') throw refuse('"description" is missing')
  if (commands === undefined) return { version, description }
  if (!isObject(commands)) throw refuse('"commands" must be an object')
  const texts = Object.entries(commands).map(([verb, command]) => {
    if (!MODULE_NAME.test(verb) || !isObject(command)) throw refuse(`the command ${JSON.stringify(verb)} is malformed`)
    checkTexts(command, ['summary', 'usage'], refuse)
    return [verb, command] as const
  })
  return { version, description, commands: new Map(texts) }
}

/** Allows only these keys, and single-line strings, because they are printed. */
function checkTexts(value: object, known: readonly string[], refuse: (message: string) => Failure): void {
  for (const [key, text] of Object.entries(value)) {
    if (!known.includes(key)) throw refuse(`unknown key ${JSON.stringify(key)}${didYouMean(key, known)}`)
    if (key !== 'commands' && (typeof text !== 'string' || text === '' || /\p{Cc}/u.test(text)))
      throw refuse(`"${key}" must be a single-line string`)
  }
}
