import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceAction } from './actions.ts'
import { resultOf, type ServiceManager, type Unit } from './manager.ts'

/** Where s6-svscan(8) keeps its service folders, most common first. */
const SCAN_FOLDERS = ['/run/service', '/var/run/service', '/service', '/etc/service']

/** How long s6-svc waits for a state, in milliseconds: less than the time limit of an adjustment. */
const WAIT = '30000'

/**
 * s6, through s6-svc(8).
 * @param env `S6_SCANDIR` is the folder of the services; default: the first common one that exists
 */
export function s6(env: NodeJS.ProcessEnv): ServiceManager {
  const scanFolder = findScanFolder(env)
  const folderOf = (unit: Unit) => join(scanFolder, unit.name)
  const command = (unit: Unit, ...flags: string[]) => ['s6-svc', ...flags, folderOf(unit)]
  const commandOf = (unit: Unit, action: ServiceAction): string[] | undefined => {
    if (action.startsWith('signal:')) return signalFlag(action.slice(7), flag => command(unit, flag))
    switch (action) {
      case 'start':
        return command(unit, '-wu', '-T', WAIT, '-u')
      case 'stop':
        return command(unit, '-wd', '-T', WAIT, '-d')
      case 'restart':
      case 'try-restart':
        return command(unit, '-wr', '-T', WAIT, '-r')
      case 'reload':
      case 'reload-or-restart':
      case 'reload-or-try-restart':
        return signalFlag(unit.reloadSignal, flag => command(unit, flag))
      default:
        return undefined
    }
  }
  const isUp: ServiceManager['isUp'] = async (run, unit) =>
    (await run(['s6-svstat', '-o', 'up', folderOf(unit)])).stdout.trim() === 'true'
  return {
    name: 's6',
    isUp,
    describe: (unit, action) => commandOf(unit, action)?.join(' ') ?? `nothing for ${action} of ${unit.name}`,
    async adjust(run, unit, action) {
      if (!existsSync(folderOf(unit))) return resultOf(`s6 has no service ${unit.name} in ${scanFolder}`)
      const wanted = commandOf(unit, action)
      if (wanted === undefined) return resultOf(`s6 cannot ${action} a service while it runs`)
      const up = await isUp(run, unit)
      // A signal would kill a process that has just started and does not handle signals yet.
      if (up || action === 'start' || action === 'stop') return run(wanted)
      if (action === 'try-restart' || action === 'reload-or-try-restart') return resultOf(undefined)
      if (action === 'reload' || action.startsWith('signal:')) return resultOf(`${unit.name} is not running`)
      return run(command(unit, '-wu', '-T', WAIT, '-u'))
    },
  }
}

const FLAGS: Readonly<Record<string, string>> = {
  HUP: '-h',
  USR1: '-1',
  USR2: '-2',
  TERM: '-t',
  INT: '-i',
  QUIT: '-q',
  ALRM: '-a',
  KILL: '-k',
}

function signalFlag<Result>(signal: string, make: (flag: string) => Result): Result | undefined {
  const flag = Object.hasOwn(FLAGS, signal) ? FLAGS[signal] : undefined
  return flag === undefined ? undefined : make(flag)
}

function findScanFolder(env: NodeJS.ProcessEnv): string {
  const named = env.S6_SCANDIR
  if (named) return named
  return SCAN_FOLDERS.find(folder => existsSync(folder)) ?? '/run/service'
}
