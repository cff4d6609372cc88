import { join } from 'node:path'
import { Failure, orFailure } from '../base/failure.ts'
import { millisecondsOf } from '../base/time.ts'
import { initializeDatabases } from '../db/initialize.ts'
import type { Context } from '../plan/context.ts'
import type { Places } from '../system/places.ts'
import { withPrograms } from '../system/programs.ts'
import { readBytes } from '../system/read-files.ts'
import { refuseUnsafePart } from '../system/trust.ts'
import { JOIN_VARIABLE } from '../transaction/event-lock.ts'
import type { Reporter } from '../transaction/report.ts'
import type { Handler } from './load.ts'

/** Initializes the databases. @returns the problems */
export function fillDatabases(places: Places, report: Reporter): Failure[] {
  const databases = initializeDatabases(places)
  report({ kind: 'databases', databases })
  for (const { warnings, failure } of databases) {
    for (const message of warnings) report({ kind: 'warning', message })
    if (failure !== undefined) report({ kind: 'problem', message: failure.describe() })
  }
  return databases.flatMap(({ failure }) => failure ?? [])
}

/** Runs an action with the event's name and arguments. @returns the problem, if any */
export async function runHandler(
  handler: Handler,
  { places, system, event }: Context,
  token: string,
  report: Reporter,
): Promise<string | undefined> {
  const unsafe = orFailure(() => [handler.file, handler.realFile].map(file => refuseUnsafePart(places, file)))
  if (unsafe instanceof Failure) return unsafe.describe()
  const env = {
    ...withPrograms(places.shipped, system.env),
    PERL5LIB: [join(places.shipped, 'perl'), join(places.site, 'perl')].join(':'),
    GABARIT_ROOT: places.root,
    GABARIT_EVENT: event.name,
    [JOIN_VARIABLE]: token,
  }
  const command = [...interpreter(handler.file), handler.file, event.name, ...event.args]
  const { status, problem } = await system.run(command, {
    env,
    timeout: millisecondsOf(system.env.GABARIT_ACTION_TIMEOUT, 3_600_000),
    onLine: line => report({ kind: 'handler-line', handler: handler.name, line }),
  })
  return problem ?? (status === 0 ? undefined : `exit status ${status}`)
}

/** An executable text without an interpreter line is run by sh, as in SME Server. */
function interpreter(file: string): string[] {
  const head = readBytes(file).subarray(0, 4)
  const binary = head.subarray(0, 2).toString('latin1') === '#!' || head.toString('latin1') === '\u007fELF'
  return binary ? [] : ['/bin/sh']
}
