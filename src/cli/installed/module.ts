import { basename } from 'node:path'
import { escapeControls } from '../../base/escape-controls.ts'
import { orUndefined } from '../../base/failure.ts'
import { listOf, matching, objectOf, oneOf, optional, text } from '../../base/shape.ts'
import type { Places } from '../../system/places.ts'
import { withPrograms } from '../../system/programs.ts'
import { runCommand, runInForeground } from '../../system/run.ts'
import { refuseUnsafePart } from '../../system/trust.ts'
import { type Command, JSON_OPTION, withVerbs } from '../../terminal/command.ts'
import { type Check, type Diagnosis, type Module, orOk } from '../../terminal/module.ts'
import { type Installed, installedModules, shadowed, type Verb } from './read.ts'

/** Time limit of a check in milliseconds, and maximum output in bytes. */
const CHECK_LIMITS = { timeout: 10_000, mostOutput: 1_000_000 }

/** What the modules on this server add, by the same interface as our own. */
export function modulesOf(places: Places): Module[] {
  return installedModules(places).map(asModule)
}

/** The commands of the modules on this server. @param commands those of gabarit, whose names are taken */
export function installedCommands(places: Places, commands: readonly Command[]): Command[] {
  const callable = installedModules(places).filter(installed => shadowed(installed, commands) === undefined)
  return callable.flatMap(installed => asModule(installed).commands)
}

function asModule(installed: Installed): Module {
  const { name, folder, description, verbs, checks } = installed
  const commands = verbs.map(verb => asCommand(installed, verb))
  const problems = installed.problems.map((message): Diagnosis => ({ level: 'error', message }))
  return {
    name,
    commands: commands.length === 0 ? [] : [withVerbs(name, description, commands)],
    checks: [
      { id: `${name}/module.json`, run: () => orOk(problems, `the module ${name} is in order`) },
      ...checks.map((file): Check => ({ id: `${name}/${basename(file)}`, run: patient => ask(file, folder, patient) })),
    ],
  }
}

function asCommand({ name: module, folder }: Installed, { name, file, summary, usage }: Verb): Command {
  return {
    ...{ name, summary, usage },
    arity: [0, Number.POSITIVE_INFINITY],
    options: [JSON_OPTION],
    passesOptions: true,
    forEverybody: true,
    examples: [[`gabarit ${module} ${name}`, summary]],
    run: async ({ args, flag, io, places }) => {
      refuseUnsafePart(places, file)
      const env = { ...environment(places, folder, io.env), GABARIT_JSON: flag('json') ? '1' : '' }
      return runInForeground([file, ...args], { env, cwd: io.resolve('.') })
    },
  }
}

/** Documented in docs/guide/your-own-module.md. */
function environment(places: Places, folder: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...withPrograms(places.shipped, env), GABARIT_ROOT: places.root, GABARIT_MODULE: folder }
}

/** Runs a check. Its output is untrusted. */
async function ask(
  file: string,
  folder: string,
  { places, system }: Parameters<Check['run']>[0],
): Promise<readonly Diagnosis[]> {
  refuseUnsafePart(places, file)
  const env = environment(places, folder, system.env)
  const { status, stdout, output, problem } = await runCommand([file], { env, cwd: '/', ...CHECK_LIMITS })
  const failed =
    problem ?? (status === 0 ? undefined : `exit status ${status}: ${output.trim().split('\n').at(-1) ?? ''}`)
  if (failed !== undefined) return [asError(`${file}: ${failed}`)]
  return orOk(
    findingsIn(stdout) ?? [asError(`${file}: it must print a list of ${FINDING}`)],
    `${file} found no problems`,
  )
}

const FINDING = '{"level": "ok"|"warning"|"error", "message": "…", "command": "…"}'

const FINDINGS = listOf(
  objectOf({
    level: oneOf('ok', 'warning', 'error'),
    message: matching(/./s, 'text'),
    command: optional(text),
  }),
)

function findingsIn(output: string): Diagnosis[] | undefined {
  return orUndefined(() => FINDINGS(JSON.parse(output)))?.map(({ level, message, command }) => ({
    level,
    message: escapeControls(message),
    ...(command === undefined ? {} : { command: escapeControls(command) }),
  }))
}

function asError(message: string): Diagnosis {
  return { level: 'error', message: escapeControls(message) }
}
