import type { Context } from '../plan/context.ts'
import { guardLock } from '../state/confirmation.ts'
import { readHolder } from '../system/lock.ts'
import { holderIsDead } from '../system/lock-holder.ts'
import type { Places } from '../system/places.ts'
import { engineCommand } from '../system/programs.ts'
import { JOIN_VARIABLE } from './event-lock.ts'

/** Starts the guard of a confirmation: a process in its own session, which outlives the command that started it. */
export function startGuard({ places, system }: Pick<Context, 'places' | 'system'>, token: string): void {
  const env: NodeJS.ProcessEnv = { ...system.env, GABARIT_ROOT: places.root }
  // The guard is not part of an event, and runs in another folder.
  for (const name of ['GABARIT_EVENT', JOIN_VARIABLE]) delete env[name]
  if (env.DBPATH) env.DBPATH = places.databases
  const command = engineCommand(places.shipped, 'confirm', 'guard', token)
  system.startDetached(command, env, places.state.path('confirmation-guard.log'))
}

/** The process id of the guard; undefined if it is not alive. */
export function guardProcess(places: Places, token: string): number | undefined {
  const holder = readHolder(guardLock(places, token))
  return holder === undefined || holderIsDead(holder) ? undefined : holder.pid
}
