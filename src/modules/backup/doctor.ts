import { basename } from 'node:path'
import { DAY, daysLeft, sayDays } from '../../base/time.ts'
import { type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'
import { activeJobs } from './jobs.ts'
import { LAST_RUNS } from './last-runs.ts'
import { settingsOf } from './settings.ts'
import { Archives } from './store.ts'

/** Days after which a backup, or the last time that one was verified, is old. */
const [OLD, UNVERIFIED] = [2, 31]

/** Whether there is a new backup, and whether one was verified this month. */
export function backupIsFresh({ places, configuration, now }: CheckedServer): readonly Diagnosis[] {
  const settings = settingsOf(places, configuration)
  if (settings.get('status') !== 'enabled') return ok('regular backups are not switched on')
  const archives = new Archives(settings, places)
  const newest = archives.names().at(-1)
  const warn = (message: string, command: string): Diagnosis => ({ level: 'warning', message, command })
  if (newest === undefined) return [warn(`there is no backup in ${archives.folder}`, 'gabarit backup')]
  const age = now - archives.written(newest)
  // It would be the newest until then, and hide that there are no new ones.
  if (age < -DAY)
    return [warn(`the newest backup is from the future: was the clock wrong? ${newest}`, 'gabarit backup list')]
  if (age > OLD * DAY) return [warn(`the newest backup is ${sayDays(Math.floor(age / DAY))} old`, 'gabarit backup')]
  const list = archives.list()
  const last = list
    .flatMap(({ verified }) => verified ?? [])
    .sort()
    .at(-1)
  const days = last === undefined ? undefined : -daysLeft(new Date(last), now)
  const oldest = basename(list.findLast(({ verified }) => verified === null)?.file ?? '')
  const verify = 'gabarit backup verify'
  if (days === undefined) return [warn(`no backup was ever verified; the oldest is ${oldest}`, verify)]
  if (days > UNVERIFIED) return [warn(`the last verified backup was ${sayDays(days)} ago`, verify)]
  return ok('there is a new backup, and one was verified this month')
}

/** Whether each backup of data that is switched on has run well these days. */
export function dataIsFresh({ places, now }: CheckedServer): readonly Diagnosis[] {
  const jobs = activeJobs(places)
  if (jobs.length === 0) return ok('there is no backup of data')
  const runs = LAST_RUNS.read(places)
  const found = jobs.flatMap(({ name }): Diagnosis[] => {
    const last = runs?.get(name)
    const age = last === undefined ? undefined : now - Date.parse(last.time)
    if (age !== undefined && age <= OLD * DAY) return []
    const message = age === undefined ? 'has never run well' : `last ran well ${sayDays(Math.floor(age / DAY))} ago`
    return [
      { level: 'warning', message: `the backup of data ${name} ${message}`, command: `gabarit backup --data ${name}` },
    ]
  })
  return orOk(found, 'each backup of data has run well')
}
