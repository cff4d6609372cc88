import { readFileSync, readlinkSync } from 'node:fs'
import { hasCode } from '../base/failure.ts'

/** Who holds a lock: enough to tell whether it still lives, and to name it to a person. Holds no values. */
export interface Holder {
  /** Distinguishes two holders, also of one process. */
  readonly token: string
  readonly pid: number
  /** Clock ticks since boot at which the process started: tells it from a later process of the same number. Linux only. */
  readonly started?: string
  readonly boot?: string
  /** Process numbers mean something only inside their name space. */
  readonly space?: string
  readonly command: string
  /** Milliseconds since 1970. */
  readonly since: number
}

/** This process as a holder. */
export function thisProcess(command: string): Holder {
  const started = processStat('self')?.started
  const boot = bootId()
  const space = processSpace()
  return {
    token: `${process.pid}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`,
    pid: process.pid,
    ...(started === undefined ? {} : { started }),
    ...(boot === undefined ? {} : { boot }),
    ...(space === undefined ? {} : { space }),
    command,
    since: Date.now(),
  }
}

/** True when the holder has certainly ended. When that cannot be known, it counts as alive. */
export function holderIsDead(holder: Holder): boolean {
  const boot = bootId()
  if (boot !== undefined && holder.boot !== undefined && boot !== holder.boot) return true
  if (isElsewhere(holder)) return false
  try {
    process.kill(holder.pid, 0)
  } catch (error) {
    // EPERM: it exists and belongs to someone else.
    if (hasCode(error, 'ESRCH')) return true
  }
  const stat = processStat(holder.pid)
  if (stat === undefined) return false
  // A zombie has ended; its parent has only not asked yet.
  if (stat.state === 'Z' || stat.state === 'X') return true
  return holder.started !== undefined && stat.started !== holder.started
}

/** `process 4711 (config setprop), for 12 s`. */
export function describeHolder(holder: Holder): string {
  const age = Math.max(0, Math.round((Date.now() - holder.since) / 1000))
  const elsewhere = isElsewhere(holder) ? ' of another container, which cannot be checked from here' : ''
  return `process ${holder.pid}${elsewhere} (${holder.command}), for ${age} s`
}

function isElsewhere(holder: Holder): boolean {
  const space = processSpace()
  return space !== undefined && holder.space !== undefined && space !== holder.space
}

function processStat(pid: number | 'self'): { state: string; started: string } | undefined {
  const text = readText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The command stands in parentheses and may hold blanks and parentheses itself. Fields are counted from there: proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const started = fields[19]
  return state === undefined || started === undefined ? undefined : { state, started }
}

/** What stays the same while this process lives, asked once: one that waits looks at the lock many times. */
const known: { boot?: string | undefined; space?: string | undefined } = {}

/** Names this run of the machine; undefined where the system does not tell. */
export function bootId(): string | undefined {
  if (!('boot' in known)) known.boot = readText('/proc/sys/kernel/random/boot_id')?.trim()
  return known.boot
}

function processSpace(): string | undefined {
  if (!('space' in known)) known.space = readSpace()
  return known.space
}

function readSpace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
