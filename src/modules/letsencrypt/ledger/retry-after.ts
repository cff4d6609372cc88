import { escapeControls } from '../../../base/escape-controls.ts'
import { orUndefined } from '../../../base/failure.ts'

/** The pause in milliseconds if an authority refuses for a while but does not say how long. */
const UNSAID = 3600 * 1000
/** No authority demands more than its longest limit, and a mistake must not stop a server forever. */
const LONGEST = 8 * 24 * 3600 * 1000

export interface Pause {
  /** Milliseconds since 1970. */
  readonly until: number
  /** What it refuses: everything, this set of names, or any set that shares a name with it. */
  readonly scope: 'everything' | 'set' | 'names'
  /** Its own words, one line. */
  readonly said: string
}

/**
 * Finds a pause in a client's output of an authority's answer: the header Retry-After (RFC 9110 §10.2.3: seconds or a date),
 * "retry after" with a time in the problem's text, or a problem `rateLimited` without either (RFC 8555 §6.6).
 */
export function pauseIn(said: string, now: number): Pause | undefined {
  const limited = /urn:ietf:params:acme:error:rateLimited|\b(?:HTTP\/[\d.]+|status"?:?) *(?:429|503)\b/i.test(said)
  const found = [headerTime(said, now), textTime(said, now)].filter(time => time !== undefined)
  if (!limited && found.length === 0) return undefined
  const until = Math.min(found.length === 0 ? now + UNSAID : Math.max(...found), now + LONGEST)
  return until <= now ? undefined : { until, scope: scopeOf(said), said: wordsOf(said) }
}

/**
 * The value of a Retry-After header as a point in time.
 * @returns undefined if it is neither seconds nor a date
 */
export function retryAfter(value: string, now: number): number | undefined {
  const text = value.trim()
  if (/^\d{1,9}$/.test(text)) return now + Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : date
}

function headerTime(said: string, now: number): number | undefined {
  const value = /^\s*retry-after:\s*(.+?)\s*$/im.exec(said)?.[1]
  return value === undefined ? undefined : retryAfter(value, now)
}

function textTime(said: string, now: number): number | undefined {
  const [, day, time] = /\bretry after (\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(?:UTC|Z)/i.exec(said) ?? []
  return day === undefined ? undefined : retryAfter(`${day}T${time}Z`, now)
}

function scopeOf(said: string): Pause['scope'] {
  if (/exact set/i.test(said)) return 'set'
  return /certificates|authorizations/i.test(detailOf(said) ?? '') ? 'names' : 'everything'
}

/** The authority's own text: the `detail` of its problem document, else the line that mentions the pause. */
function wordsOf(said: string): string {
  const lines = said.split('\n').map(line => line.trim())
  const line = detailOf(said) ?? lines.find(line => /retry.after|rateLimited|429|503/i.test(line)) ?? ''
  return escapeControls(line).slice(0, 300)
}

function detailOf(said: string): string | undefined {
  const quoted = /"detail"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(said)?.[1]
  if (quoted === undefined) return undefined
  // If it is truncated, or not JSON after all, the whole line is shown instead.
  return orUndefined(() => String(JSON.parse(quoted)).replace(/\s+/g, ' '))
}
