import { orUndefined } from '../../base/failure.ts'
import { sayTime } from '../../base/time.ts'
import type { Holder } from '../../system/lock-holder.ts'
import type { Places } from '../../system/places.ts'
import { History } from './history.ts'
import { complete } from './unfinished.ts'

/**
 * Makes the entry of an event that was killed before its commit, for example by SIGTERM while a fragment ran. The caller has taken
 * over its lock and repaired what was interrupted.
 * @returns what has happened, in words; undefined if it has an entry
 */
export function recordKilled(places: Places, { command, user, pid, since }: Holder): string | undefined {
  const history = new History(places)
  const [name = '', ...args] = command.split(' ')
  const time = new Date(since).toISOString()
  const what = `${command} (process ${pid}, begun ${sayTime(time)})`
  if (name !== 'signal-event') return `${what} was killed`
  const newest = orUndefined(() => history.entry(history.ids().at(-1) ?? 0))
  if (newest !== undefined && newest.time >= time) return undefined
  const asked = { user: user ?? 'unknown', via: 'shell', command: name, args, comment: null }
  const nothing = { problems: [], paths: [], files: null, databases: null, changes: [], masked: [], closes: null }
  const manifest = history.lastApplied()?.manifest ?? null
  const killed = { ...asked, ...nothing, time, outcome: 'refused', manifest } as const
  const id = history.nextId()
  const problem = 'it was killed before its files were in place: no file was changed'
  history.add(id, complete(id, killed, problem, history, places))
  return `${what} was killed before its files were in place: no file was changed. What actions had done is kept`
}
