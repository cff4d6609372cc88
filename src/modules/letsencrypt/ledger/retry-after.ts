import { escapeControls } from '../../../base/escape-controls.ts'

/** When an authority refuses for a while and does not say for how long, in milliseconds. */
const UNSAID = 3600 * 1000
/** No authority asks for more than the longest of its limits; a slip must not stop a server for good. */
const LONGEST = 8 * 24 * 3600 * 1000

/** An authority's wish to be left alone. */
export interface Pause {
  /** Milliseconds since 1970. */
  readonly until: number
  /** What it refuses: everything, this set of names, or what has a name in common with it. */
  readonly scope: 'everything' | 'set' | 'names'
  /** Its own words, one line. */
  readonly said: string
}

/**
 * Looks for a pause in what a client printed of an authority's answer: the header Retry-After (RFC 9110 §10.2.3: seconds or
 * a date), "retry after" with a time in the text of the problem, or a problem `rateLimited` without either (RFC 8555 §6.6).
 */
export function pauseIn(said: string, now: number): Pause | undefined {
  const limited = /urn:ietf:params:acme:error:rateLimited|\b(?:HTTP\/[\d.]+|status"?:?) *(?:429|503)\b/i.test(said)
  const found = [headerTime(said, now), textTime(said)].filter(time => time !== undefined)
  if (!limited && found.length === 0) return undefined
  const until = Math.min(found.length === 0 ? now + UNSAID : Math.max(...found), now + LONGEST)
  return until <= now ? undefined : { until, scope: scopeOf(said), said: wordsOf(said) }
}

/**
 * The value of a header Retry-After as a moment.
 * @returns undefined when it is neither seconds nor a date
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

function textTime(said: string): number | undefined {
  const [, day, time] = /\bretry after (\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:\.\d+)? ?(?:UTC|Z)/i.exec(said) ?? []
  if (day === undefined) return undefined
  const moment = Date.parse(`${day}T${time}Z`)
  return Number.isNaN(moment) ? undefined : moment
}

function scopeOf(said: string): Pause['scope'] {
  if (/exact set/i.test(said)) return 'set'
  return /certificates|authorizations/i.test(detailOf(said) ?? '') ? 'names' : 'everything'
}

/** The authority's words: the `detail` of its problem document; else the line that speaks of the pause. */
function wordsOf(said: string): string {
  const lines = said.split('\n').map(line => line.trim())
  const line = detailOf(said) ?? lines.find(line => /retry.after|rateLimited|429|503/i.test(line)) ?? ''
  return escapeControls(line).slice(0, 300)
}

function detailOf(said: string): string | undefined {
  const quoted = /"detail"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(said)?.[1]
  if (quoted === undefined) return undefined
  try {
    return String(JSON.parse(quoted)).replace(/\s+/g, ' ')
  } catch {
    // Cut off, or no JSON after all: the line that has it is shown instead.
    return undefined
  }
}
