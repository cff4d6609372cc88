import type { Context } from '../plan/context.ts'
import { guardLock } from '../state/confirmation.ts'
import { livingHolder } from '../system/lock.ts'
import type { Places } from '../system/places.ts'
import { engineCommand } from '../system/programs.ts'
import { JOIN_VARIABLE } from './event-lock.ts'

/** What a guard needs of the environment. Everybody can see the environment of a unit, so it gets no more. */
const NEEDED = /^(PATH|DBPATH|TZ|LANG|LC_ALL|LOGNAME|SUDO_USER|GABARIT_\w+)$/

/** Starts the guard of a confirmation: a process in its own session, which outlives the command that started it. */
export function startGuard({ places, system }: Pick<Context, 'places' | 'system'>, token: string): void {
  const env: NodeJS.ProcessEnv = { ...system.env, GABARIT_ROOT: places.root }
  // The guard is not part of an event, and runs in another folder.
  for (const name of ['GABARIT_EVENT', JOIN_VARIABLE]) delete env[name]
  if (env.DBPATH) env.DBPATH = places.databases
  const guard = engineCommand(places.shipped, 'confirm', 'guard', token)
  const command = places.root === '/' ? asUnit(guard, Object.keys(env)) : guard
  system.startDetached(command, env, places.state.path('confirmation-guard.log'))
}

/**
 * Where systemd runs, the guard is a unit of its own: systemd does not stop it with the unit of the caller, and starts it
 * again when it is killed. If systemd does not answer, it is an ordinary process.
 */
function asUnit(guard: readonly string[], variables: readonly string[]): string[] {
  const kept = variables.filter(name => NEEDED.test(name)).map(name => `--setenv=${name}`)
  const start = `systemd-run --quiet --collect --property=Restart=on-abnormal ${kept.join(' ')} -- "$@"`
  return ['sh', '-c', `[ -d /run/systemd/system ] && ${start} || exec "$@"`, 'sh', ...guard]
}

/** The process id of the guard; undefined if it is not alive. */
export function guardProcess(places: Places, token: string): number | undefined {
  return livingHolder(guardLock(places, token))?.pid
}
