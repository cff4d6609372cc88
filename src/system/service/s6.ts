import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type ServiceManager, supervised, type Unit } from './manager.ts'

/** Where s6-svscan(8) keeps its service folders, most common first. */
const SCAN_FOLDERS = ['/run/service', '/var/run/service', '/service', '/etc/service']

/** How long s6-svc waits for a state, in milliseconds: less than the time limit of an adjustment. */
const WAIT = ['-T', '30000']

/** The signals that s6-svc can send. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['HUP', '-h'],
  ['USR1', '-1'],
  ['USR2', '-2'],
  ['TERM', '-t'],
  ['INT', '-i'],
  ['QUIT', '-q'],
  ['ALRM', '-a'],
  ['KILL', '-k'],
])

/**
 * s6, through s6-svc(8).
 * @param env `S6_SCANDIR` is the folder of the services; default: the first common one that exists
 */
export function s6(env: NodeJS.ProcessEnv): ServiceManager {
  const scanFolder = env.S6_SCANDIR || (SCAN_FOLDERS.find(folder => existsSync(folder)) ?? '/run/service')
  const folderOf = ({ name }: Unit) => join(scanFolder, name)
  const command = (unit: Unit, ...flags: string[]) => ['s6-svc', ...flags, folderOf(unit)]
  const signal = (unit: Unit, word: string) => {
    const flag = FLAGS.get(word)
    return flag === undefined ? undefined : command(unit, flag)
  }
  const isUp: ServiceManager['isUp'] = async (run, unit) =>
    (await run(['s6-svstat', '-o', 'up', folderOf(unit)])).stdout.trim() === 'true'
  return supervised({
    ...{ name: 's6', kind: 'service', signal, isUp },
    nameOf: ({ name }) => name,
    start: unit => command(unit, '-wu', ...WAIT, '-u'),
    stop: unit => command(unit, '-wd', ...WAIT, '-d'),
    restart: unit => command(unit, '-wr', ...WAIT, '-r'),
    reload: unit => signal(unit, unit.reloadSignal),
    // They also tell s6 what to do when the process ends.
    repeats: () => true,
    look: async (run, unit) => (existsSync(folderOf(unit)) ? (await isUp(run, unit)) === true : 'unknown'),
  })
}
