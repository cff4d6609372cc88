/** Exit statuses of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2, refused: 3, rolledBack: 4 } as const

export interface FailureOptions {
  /** See {@link Failure.where}. */
  where?: string | undefined
  /** See {@link Failure.hint}. */
  hint?: string | undefined
  cause?: unknown
}

/** Something an administrator can fix: printed without a stack. Anything else that is thrown is a bug in gabarit. */
export class Failure extends Error {
  override readonly name = 'Failure'
  /** Exit status of the command, one of {@link EXIT}. */
  readonly status: number
  /** Where it happened: `file`, `file:line` or `fragment:line:column`. */
  readonly where: string | undefined
  /** What to do about it, one line or more. */
  readonly hint: string | undefined

  constructor(message: string, options: FailureOptions & { status?: number } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.status = options.status ?? EXIT.failed
    this.where = options.where
    this.hint = options.hint
  }

  /** `where: message`, then the hint on its own lines: what a person sees. */
  describe(): string {
    const first = this.where === undefined ? this.message : `${this.where}: ${this.message}`
    return this.hint === undefined ? first : `${first}\n${this.hint.replace(/^/gm, '  ')}`
  }
}

// A bundle that is read apart has a class of its own for the same failures.
Object.defineProperty(Failure, Symbol.hasInstance, {
  value(this: unknown, thrown: unknown): boolean {
    if (this === Failure) return thrown instanceof Error && thrown.name === 'Failure'
    return Function.prototype[Symbol.hasInstance].call(this, thrown)
  },
})

/** The command line itself is wrong: exit 2. */
export function usageFailure(message: string, hint?: string): Failure {
  return new Failure(message, { status: EXIT.usage, hint })
}

/** Refused before anything was changed: exit 3. */
export function refusal(message: string, options: FailureOptions = {}): Failure {
  return new Failure(message, { ...options, status: EXIT.refused })
}

/**
 * The same failure, which also says that nothing was changed.
 * @param done what was done before it, and stays
 */
export function unchanged(failure: Failure, done: readonly string[] = []): Failure {
  const { message, where, status, hint } = failure
  const said = done.length === 0 ? 'Nothing was changed.' : `No file was changed. This stays: ${done.join('; ')}`
  return new Failure(message, { where, status, hint: hint === undefined ? said : `${hint}\n${said}`, cause: failure })
}

/** The same failure with another exit status. */
export function withStatus(failure: Failure, status: number): Failure {
  if (status === failure.status) return failure
  const { where, hint } = failure
  return new Failure(failure.message, { where, hint, status, cause: failure })
}

/** The result of a look, or its failure: for callers that have more to show than this one thing. */
export function orFailure<Found>(look: () => Found): Found | Failure {
  try {
    return look()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
}

/** The result of a look; undefined if it fails, which is reported elsewhere. */
export function unlessFailed<Found>(look: () => Found): Found | undefined {
  const found = orFailure(look)
  return found instanceof Failure ? undefined : found
}

/** The result of a look; undefined if it throws: for what may be missing or damaged, whatever the reason. */
export function orUndefined<Found>(look: () => Found): Found | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}

/** True for an error of the operating system: a full disk, a missing folder. */
export function isOfSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

/** True for an error of the operating system with this code (`ENOENT`, `EACCES` …). */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
