import { join } from 'node:path'
import { Failure, refusal, unlessFailed, usageFailure } from '../base/failure.ts'
import type { Descriptions } from '../db/describe.ts'
import { FORMATS, seconds } from '../db/formats.ts'
import type { Records } from '../db/record.ts'
import type { Context } from '../plan/context.ts'
import { History } from '../state/history/history.ts'
import { isRemote } from '../system/accounts.ts'
import { exists, readText } from '../system/read-files.ts'

/** File in an event's folder: how long to wait for confirmation if it is signalled from a remote shell. */
const WINDOW_FILE = 'confirm-within'

/** The longest window, in seconds. */
const LONGEST = 7 * 86400

/**
 * The length of a window in seconds.
 * @throws Failure (usage)
 */
export function windowSeconds(text: string): number {
  const format = FORMATS.duration
  if (format?.accepts(text) !== true) throw usageFailure(`${JSON.stringify(text)} is not ${format?.is}`)
  const length = seconds(text)
  if (length < 1 || length > LONGEST) throw usageFailure(`${text}: a window is between 1s and 7d long`)
  return length
}

/** Whether a window opens without being requested: for a remote administrator, if there is something to roll back to. */
export function opensByDefault({ places, system }: Pick<Context, 'places' | 'system'>): boolean {
  return isRemote(system.env) && unlessFailed(() => new History(places).lastWhole()) !== undefined
}

/**
 * The window that an event itself specifies, whatever it adjusts.
 * @param folders of the event; the last one that has the file decides
 * @returns seconds, or `no`; undefined if the services that it adjusts decide
 * @throws Failure (refused) for a file that contains neither a duration nor `no`
 */
export function readWindow(folders: readonly string[]): number | 'no' | undefined {
  const file = folders.map(folder => join(folder, WINDOW_FILE)).findLast(exists)
  return file === undefined ? undefined : parseWindow(readText(file).trim(), file)
}

/**
 * The longest window that the descriptions of services specify: services that could lock out the administrator who adjusts
 * them remotely.
 * @returns seconds; undefined if none of them specifies one
 * @throws Failure (refused) for a description that contains neither a duration nor `no`
 */
export function windowOfServices(
  services: Iterable<string>,
  configuration: Records,
  descriptions: Descriptions,
): number | undefined {
  const windows = [...new Set(services)].flatMap(service => {
    const type = configuration.get(service)?.type
    const text = type === undefined ? undefined : descriptions.of('configuration', service, type)?.confirmWithin
    const window = text === undefined ? 'no' : parseWindow(text, `confirmWithin in the description of ${service}`)
    return window === 'no' ? [] : [window]
  })
  return windows.length === 0 ? undefined : Math.max(...windows)
}

function parseWindow(text: string, where: string): number | 'no' {
  if (text === 'no') return text
  try {
    return windowSeconds(text)
  } catch (error) {
    throw error instanceof Failure ? refusal(error.message, { where, hint: 'Write 10m, or no.' }) : error
  }
}
