import { DAY, daysLeft, sayDays } from '../../base/time.ts'
import { type CheckedServer, type Diagnosis, ok } from '../../terminal/module.ts'
import { settingsOf } from './settings.ts'
import { Archives, VERIFIED } from './store.ts'

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
  if (age > OLD * DAY) return [warn(`the newest backup is ${sayDays(Math.floor(age / DAY))} old`, 'gabarit backup')]
  const verified = VERIFIED.read(places)
  const days = verified === undefined ? undefined : -daysLeft(new Date(verified.time), now)
  if (days === undefined) return [warn('no backup was ever verified', 'gabarit backup verify')]
  if (days > UNVERIFIED) return [warn(`the last verified backup was ${sayDays(days)} ago`, 'gabarit backup verify')]
  return ok('there is a new backup, and one was verified this month')
}
