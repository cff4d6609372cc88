import { below } from '../system/places.ts'
import { exists } from '../system/read-files.ts'
import type { Invocation } from './command.ts'

/** How many lines of a log are shown, and how many bytes of its end are searched for them. */
const LINES = 200
const BYTES = 4 << 20

/** A log of a web server, and the lines in it that are about a site. */
interface SiteLog {
  readonly file: string
  /** Default: all of them. */
  readonly isAbout?: (line: string) => boolean
}

/** Prints the last lines about a site in some logs. @returns the exit status */
export async function printLogs(invocation: Invocation, logs: readonly SiteLog[]): Promise<number> {
  const found = await Promise.all(logs.map(async log => ({ file: log.file, lines: await lastLines(invocation, log) })))
  const texts = found.map(({ file, lines }) => [`${file}:`, ...(lines.length === 0 ? ['nothing about it'] : lines)])
  return invocation.answer(found, texts.map(lines => lines.join('\n')).join('\n\n'))
}

async function lastLines({ places, system }: Invocation, { file, isAbout = () => true }: SiteLog): Promise<string[]> {
  const path = below(places, file)
  if (!exists(path)) return []
  const { stdout } = await system.ask(['tail', '-c', String(BYTES), '--', path], { timeout: 30_000 })
  return stdout.split('\n').filter(Boolean).filter(isAbout).slice(-LINES)
}

/** The lines that begin with one of these names: in the logs of all sites, the one that answered. */
export function linesOf(names: readonly string[]): (line: string) => boolean {
  const known = new Set(names)
  return line => known.has(line.split(' ', 1)[0]?.toLowerCase() ?? '')
}
