import { readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs'
import { Failure, hasCode, orUndefined } from '../base/failure.ts'
import { systemReason } from './atomic-write.ts'
import { describeHolder, type Holder, holderIsDead, thisProcess } from './lock-holder.ts'

/** A lock that is held. */
export interface Lock {
  /** The dead holder from whom it was taken over, if any. */
  readonly former?: Holder | undefined
  /** Releases it; a second call does nothing. */
  release(): void
}

export interface LockOptions {
  /** What is locked, for the message: `the database "hosts"`. */
  readonly what: string
  /** The command without its values, shown to those who wait: `config setprop`. */
  readonly command: string
  /** See {@link Holder.user}. */
  readonly user?: string
  /** Seconds to wait; default: `GABARIT_LOCK_WAIT`, else the patience. */
  readonly wait?: number
  /** Absent: 10. */
  readonly patience?: number
}

/**
 * Takes a lock, waiting for its holder.
 *
 * The lock is a symbolic link whose target text names the holder. Creating a link is exclusive and writes its content in the
 * same step, on every file system with links. Node has no flock(2), and a native add-on would have to be compiled on the
 * server. A link needs neither, and shows holder, command and age to those who wait.
 * A dead holder (killed, or the machine was rebooted) is replaced at once, see {@link takeOver}.
 */
export function acquireLock(path: string, options: LockOptions): Lock {
  const self = thisProcess(options.command, options.user)
  const deadline = Date.now() + secondsToWait(options) * 1000
  return {
    former: acquire(path, self, options.what, deadline),
    release() {
      if (readHolder(path)?.token === self.token) unlinkSync(path)
    },
  }
}

/** Somebody else held the lock for the whole waiting time. */
export class LockIsHeld extends Failure {}

/** Runs a function while holding a lock, and releases it. */
export function withLock<Result>(lock: Lock, run: () => Result): Result {
  try {
    return run()
  } finally {
    lock.release()
  }
}

/** @returns the dead holder from whom it was taken over */
function acquire(path: string, self: Holder, what: string, deadline: number): Holder | undefined {
  for (;;) {
    if (makeLink(path, self)) return undefined
    const holder = readHolder(path)
    if (holder === undefined) continue
    if (holderIsDead(holder)) {
      if (takeOver(path, holder, self, what, deadline)) return holder
      continue
    }
    if (Date.now() >= deadline) throw busy(path, holder, what)
    // Random, so that many waiting processes do not all retry at the same time.
    sleep(2 + Math.random() * 18)
  }
}

/**
 * Replaces the lock of a dead holder. Removing it would be wrong: if two processes saw it dead, the slower one could remove the
 * lock that the faster one has just taken. So the right to replace THIS holder is a separate lock, named after its token. Its
 * owner checks again, and then renames it over the dead lock in one step.
 */
function takeOver(path: string, dead: Holder, self: Holder, what: string, deadline: number): boolean {
  const claim = `${path}.${dead.token}`
  acquire(claim, self, what, deadline)
  if (readHolder(path)?.token === dead.token) {
    renameSync(claim, path)
    return true
  }
  unlinkSync(claim)
  return false
}

function makeLink(path: string, self: Holder): boolean {
  try {
    symlinkSync(JSON.stringify(self), path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw new Failure(`cannot create the lock: ${systemReason(error)}`, { where: path, cause: error })
  }
}

/** Who holds the lock; undefined if nobody does. */
export function readHolder(path: string): Holder | undefined {
  let text: string
  try {
    text = readlinkSync(path)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].some(code => hasCode(error, code))) return undefined
    if (!hasCode(error, 'EINVAL'))
      throw new Failure(`cannot read the lock: ${systemReason(error)}`, { where: path, cause: error })
    text = ''
  }
  const holder: Holder | null | undefined = orUndefined(() => JSON.parse(text))
  if (typeof holder?.token === 'string' && /^[\w-]+$/.test(holder.token) && Number.isInteger(holder.pid)) return holder
  throw new Failure('this lock was not created by gabarit', {
    where: path,
    hint: 'If no gabarit command is running, remove it.',
  })
}

/** Who holds the lock and lives; undefined if nobody does. */
export function livingHolder(path: string): Holder | undefined {
  const holder = readHolder(path)
  return holder === undefined || holderIsDead(holder) ? undefined : holder
}

function busy(path: string, holder: Holder, what: string): LockIsHeld {
  return new LockIsHeld(`${what} is locked by ${describeHolder(holder)}`, {
    hint: `Try again when that command has ended. The lock is ${path}.`,
  })
}

function secondsToWait({ wait, patience = 10 }: LockOptions): number {
  if (wait !== undefined) return wait
  const text = process.env.GABARIT_LOCK_WAIT
  const seconds = Number(text)
  return text === undefined || text === '' || !(seconds >= 0) ? patience : seconds
}

/** Blocks this process. */
export function sleep(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}
