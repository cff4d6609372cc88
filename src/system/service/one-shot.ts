import { packageProgram } from '../package-program.ts'
import type { Places } from '../places.ts'
import type { System } from '../system.ts'
import type { ServiceAction } from './actions.ts'
import { chooseServiceManager } from './choose.ts'
import { IDLE, resultOf, type ServiceManager, type Unit } from './manager.ts'

/** The argument for the program of a one-shot service; `status` exits with 0 if it is in effect. */
type Word = 'start' | 'stop' | 'reload' | 'status'

/** Exit status of `status` if there is nothing to load, and nothing is loaded. */
const NOTHING = 4

/** The records of the database `configuration`. */
type Configuration = ReadonlyMap<string, { readonly properties: ReadonlyMap<string, string> }>

/**
 * The manager of each service. A service without a process, such as a packet filter, is a program `services/NAME` in
 * /etc/gabarit or shipped with gabarit (in this order), which gabarit calls itself. All others belong to the machine's manager.
 * In a dry run they adjust nothing, and say only what they would do.
 * @throws Failure (refused) for an unknown manager
 */
export function managersOf(
  configuration: Configuration,
  places: Places,
  { env, dryRun }: Pick<System, 'env' | 'dryRun'>,
): (unit: Unit) => ServiceManager {
  const property = configuration.get('gabarit')?.properties.get('ServiceManager')
  const manager = chooseServiceManager(places.root, property, env)
  return unit => {
    const program = findProgram(unit, places)
    const real = program === undefined ? manager : oneShot(program, places)
    return dryRun ? { ...real, ...IDLE } : real
  }
}

function oneShot(program: string, { root }: Places): ServiceManager {
  const command = (word: Word) => [program, word]
  const commandOf = (action: ServiceAction) => {
    if (action === 'start' || action === 'stop') return command(action)
    return /^(try-)?restart$|^reload/.test(action) ? command('reload') : undefined
  }
  const describe: ServiceManager['describe'] = ({ name }, action) =>
    commandOf(action)?.join(' ') ?? `nothing for ${action} of ${name}`
  // They change the machine itself, which must not happen below a root other than "/".
  if (root !== '/')
    return {
      ...{ ...IDLE, name: 'none', oneShot: true },
      describe: (unit, action) => `${describe(unit, action)} (not below ${root})`,
    }
  return {
    ...{ name: 'one-shot', oneShot: true, describe },
    adjust: async (run, _, action) => {
      const wanted = commandOf(action)
      return wanted === undefined ? resultOf(`${program} cannot ${action}`) : run(wanted)
    },
    isUp: async run => [0, NOTHING].includes((await run(command('status'))).status ?? 1),
    isNothing: async run => (await run(command('status'))).status === NOTHING,
  }
}

function findProgram({ name }: Unit, places: Places): string | undefined {
  return /^\w[\w@.-]*$/.test(name) ? packageProgram(places, 'services', name) : undefined
}
