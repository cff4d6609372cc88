import type { Visit } from './visit.ts'

/** How long what the bar shows may be old, in milliseconds. */
const FRESH = 5_000

/** One property as the history and the plans tell of it. Null: it was not there, or is not there any more. */
export interface PropertyChange {
  readonly database: string
  readonly key: string
  /** Null: the record itself, with its type. */
  readonly property: string | null
  readonly old: string | null
  readonly new: string | null
}

/** A change that goes back by itself unless somebody confirms it. */
export interface Window {
  readonly command?: string
  readonly args?: readonly string[]
  readonly until?: string
  /** Seconds. */
  readonly left?: number
  readonly problem?: string | null
}

/** What `gabarit status --json` prints. */
export interface Status {
  readonly since: number | null
  readonly properties: readonly PropertyChange[]
  readonly files: readonly { readonly path: string; readonly change: string }[]
  /** The events that make them live, with their arguments, the most fitting first. */
  readonly events: readonly string[]
  readonly drift: readonly { readonly path: string; readonly state: string; readonly pinned: unknown }[]
  readonly problems: readonly string[]
  readonly warnings: readonly string[]
  readonly pending: readonly { readonly service: string; readonly word: string }[]
  readonly confirmation: Window | null
  readonly damaged: readonly string[]
  /** Pages of the console that only some servers have. */
  readonly pages: readonly string[]
}

/** The status by session, so that the bar of each page costs nothing when pages follow each other. */
const seen = new Map<string, { readonly at: number; readonly status: Promise<Status> }>()

/** What waits on this server. */
export function statusFor(visit: Visit): Promise<Status> {
  const known = seen.get(visit.session)
  if (known !== undefined && Date.now() - known.at < FRESH) return known.status
  for (const [session, { at }] of seen) if (Date.now() - at >= FRESH) seen.delete(session)
  const status = visit.data<Status>(['gabarit', 'status', '--json'])
  seen.set(visit.session, { at: Date.now(), status })
  // A page that fails to show it says why; the next one asks again.
  status.catch(() => seen.delete(visit.session))
  return status
}

/** Something was changed: the next page asks again. */
export function forgetStatus(): void {
  seen.clear()
}
