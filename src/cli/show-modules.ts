import { EXIT } from '../base/failure.ts'
import { versionOf } from '../system/places.ts'
import type { Invocation } from '../terminal/command.ts'
import { overridesOf } from './installed/overrides.ts'
import { type Installed, installedModules, misnamed, problemsOf, shadowed } from './installed/read.ts'
import { MODULES } from './modules.ts'

/** The output of `--json` for each module. */
interface Row extends Pick<Installed, 'name' | 'version' | 'description' | 'problems'>, ReturnType<typeof overridesOf> {
  /** Null for those shipped with gabarit. */
  readonly folder: string | null
  readonly commands: readonly string[]
}

/** `gabarit modules` */
export async function run({ commands: own, flag, places, print, warn }: Invocation): Promise<number> {
  const version = versionOf(places.shipped)
  const ours = MODULES.map(({ name, commands }): Row => {
    const verbs = commands.flatMap(command => (command.verbs ?? []).map(verb => `${command.name} ${verb.name}`))
    const description = commands[0]?.summary ?? ''
    return { name, version, description, folder: null, commands: verbs, overrides: [], overriddenBy: [], problems: [] }
  })
  const theirs = installedModules(places).map((installed): Row => {
    const { name, version, description, folder, verbs } = installed
    const commands = shadowed(installed, own) !== undefined ? [] : verbs.map(verb => `${name} ${verb.name}`)
    const problems = problemsOf(installed, own)
    return { name, version, description, folder, commands, ...overridesOf(places, folder), problems }
  })
  const rows = [...ours, ...theirs]
  print(flag('json') ? JSON.stringify(rows, null, 2) : rows.map(asText).join('\n'))
  const strays = misnamed(places)
  for (const stray of strays) warn(stray)
  return strays.length === 0 && rows.every(({ problems }) => problems.length === 0) ? EXIT.done : EXIT.failed
}

function asText({ name, version, description, folder, commands, overrides, overriddenBy, problems }: Row): string {
  return [
    `${name} ${version || '(no version)'}${description === '' ? '' : `: ${description}`}`,
    ...(folder === null ? [] : [`  in ${folder}`, ...commands.map(command => `  command: gabarit ${command}`)]),
    ...overrides.map(file => `  overrides ${file}`),
    ...overriddenBy.map(file => `  overridden by ${file}`),
    ...problems.map(problem => `  problem: ${problem.replaceAll('\n', '\n    ')}`),
  ].join('\n')
}
