import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { textOf } from '../read-files.ts'
import { tellingCrashes } from './crashes.ts'
import { type Crash, type ServiceManager, supervised, type Unit } from './manager.ts'

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
  const manager = supervised({
    ...{ name: 's6', kind: 'service', signal, isUp },
    since: async (run, unit) => {
      const { status, stdout } = await run(['s6-svstat', '-o', 'updownfor', folderOf(unit)])
      return status === 0 ? Date.now() - Number(stdout) * 1000 : undefined
    },
    nameOf: ({ name }) => name,
    start: unit => command(unit, '-wu', ...WAIT, '-u'),
    stop: unit => command(unit, '-wd', ...WAIT, '-d'),
    restart: unit => command(unit, '-wr', ...WAIT, '-r'),
    reload: unit => signal(unit, unit.reloadSignal),
    // They also tell s6 what to do when the process ends.
    repeats: () => true,
    look: async (run, unit) => (existsSync(folderOf(unit)) ? (await isUp(run, unit)) === true : 'unknown'),
  })
  return tellingCrashes(manager, {
    crashes: async (run, unit) => readTally((await run(['sh', '-c', TALLY, 'sh', folderOf(unit)])).stdout),
    state: async (run, unit) => `${unit.name} is ${(await run(['s6-svstat', folderOf(unit)])).stdout.trim()}`,
    log: async (_, unit) => logOf(folderOf(unit)),
    more: unit => `s6-svdt ${folderOf(unit)}`,
  })
}

/** Its labels are in seconds of TAI, or of TAI minus 27, as s6 was built; only s6 itself knows. */
const TALLY = 's6-svdt "$1" | s6-tai64nlocal -g'

/** Milliseconds that a service lasts at least which ends with 0 because somebody has asked for it. */
const LASTS = 3000

/** The ends of a service, `2026-11-29 11:26:41.616881742 exitcode 3`, without those that s6-svc asked for. */
function readTally(text: string): Crash[] {
  return [...text.matchAll(/^(\S+) ([\d:]+\.\d{3})\d* (.+)$/gm)]
    .map(([, day, time, how = '']) => ({ at: Date.parse(`${day}T${time}Z`), how }))
    .filter(({ at, how }, index, all) => {
      const lasted = at - (all[index - 1]?.at ?? 0)
      return how !== 'signal SIGTERM' && (how !== 'exitcode 0' || lasted < LASTS)
    })
}

/** What is in the current file of the s6-log(8) or the like that its logger runs. */
function logOf(folder: string): string {
  const paths = (textOf(join(folder, 'log/run')) ?? '').match(/(?<=[\s'"])\/[^\s'"]+/g) ?? []
  return paths.map(path => textOf(join(path, 'current')) ?? '').join('')
}
