import { readFileSync, readlinkSync } from 'node:fs'
import { hasCode, orUndefined } from '../base/failure.ts'

/** Who holds a lock: enough to tell whether that process is alive, and to name it to a person. Contains no values. */
export interface Holder {
  /** Distinguishes two holders, even in one process. */
  readonly token: string
  readonly pid: number
  /** Start time of the process in clock ticks since boot: distinguishes it from a later process with the same id. Linux only. */
  readonly started?: string | undefined
  readonly boot?: string | undefined
  /** Process ids are only meaningful inside their namespace. */
  readonly space?: string | undefined
  readonly command: string
  /** Who runs it, if that matters: the login name. */
  readonly user?: string | undefined
  /** Milliseconds since 1970. */
  readonly since: number
}

/** This process as a holder. */
export function thisProcess(command: string, user?: string): Holder {
  return {
    token: `${process.pid}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`,
    pid: process.pid,
    started: processStat('self')?.started,
    boot: bootId(),
    space: processSpace(),
    command,
    user,
    since: Date.now(),
  }
}

/** True if the holder has definitely ended. If that cannot be determined, it counts as alive. */
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
  // A zombie has ended, but its parent has not collected it yet.
  if (stat.state === 'Z' || stat.state === 'X') return true
  return holder.started !== undefined && stat.started !== holder.started
}

/** `process 4711 (config setprop), for 12 s`. */
export function describeHolder(holder: Holder): string {
  const age = Math.max(0, Math.round((Date.now() - holder.since) / 1000))
  const elsewhere = isElsewhere(holder) ? ' of another container, which cannot be checked from here' : ''
  return `process ${holder.pid}${elsewhere} (${holder.command}), for ${age} s`
}

/** Whether it is a process of another container. */
export function isElsewhere(holder: Holder): boolean {
  const space = processSpace()
  return space !== undefined && holder.space !== undefined && space !== holder.space
}

function processStat(pid: number | 'self'): { state: string; started: string } | undefined {
  const text = readText(`/proc/${pid}/stat`)
  if (text === undefined) return undefined
  // The command is in parentheses and may itself contain spaces and parentheses. Fields are counted after it: proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const state = fields[0]
  const started = fields[19]
  return state === undefined || started === undefined ? undefined : { state, started }
}

/** Constant while this process lives, so read only once: a waiting process checks the lock many times. */
const known: { boot?: string | undefined; space?: string | undefined } = {}

/** Identifies this boot of the machine; undefined if the system does not provide it. */
export function bootId(): string | undefined {
  if (!('boot' in known)) known.boot = readText('/proc/sys/kernel/random/boot_id')?.trim()
  return known.boot
}

function processSpace(): string | undefined {
  if (!('space' in known)) known.space = orUndefined(() => readlinkSync('/proc/self/ns/pid'))
  return known.space
}

function readText(path: string): string | undefined {
  return orUndefined(() => readFileSync(path, 'utf8'))
}
