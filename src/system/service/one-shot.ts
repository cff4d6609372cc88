import { join } from 'node:path'
import type { Places } from '../places.ts'
import { isExecutable } from '../read-files.ts'
import type { ServiceAction } from './actions.ts'
import { chooseServiceManager } from './choose.ts'
import { resultOf, type ServiceManager, type Unit } from './manager.ts'

/** What the program of a one-shot service is called with; `status` ends with 0 when it is in force. */
type Word = 'start' | 'stop' | 'reload' | 'status'

/** The records of the database `configuration`. */
type Configuration = ReadonlyMap<string, { readonly properties: ReadonlyMap<string, string> }>

/**
 * The manager of each service. One without a process, such as a packet filter, is a program `services/NAME` of gabarit or in
 * /etc/gabarit (which comes first): gabarit calls it itself. All others are left to the manager of the machine.
 * @throws Failure (refused) for an unknown manager
 */
export function managersOf(configuration: Configuration, places: Places): (unit: Unit) => ServiceManager {
  const manager = chooseServiceManager(places.root, configuration.get('gabarit')?.properties.get('ServiceManager'))
  return unit => {
    const program = findProgram(unit, places)
    return program === undefined ? manager : oneShot(program, places)
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
  // What they change is the machine, which another root than "/" does not touch.
  if (root !== '/')
    return {
      ...{ name: 'none', idle: true, oneShot: true },
      describe: (unit, action) => `${describe(unit, action)} (not below ${root})`,
      adjust: () => Promise.resolve(resultOf(undefined)),
      isUp: () => Promise.resolve(undefined),
    }
  return {
    ...{ name: 'one-shot', oneShot: true, describe },
    adjust: async (run, _, action) => {
      const wanted = commandOf(action)
      return wanted === undefined ? resultOf(`${program} cannot ${action}`) : run(wanted)
    },
    isUp: async run => (await run(command('status'))).status === 0,
  }
}

function findProgram({ name }: Unit, { site, shipped }: Places): string | undefined {
  if (!/^\w[\w@.-]*$/.test(name)) return undefined
  return [site, shipped].map(folder => join(folder, 'services', name)).find(isExecutable)
}
