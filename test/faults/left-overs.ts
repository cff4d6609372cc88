import { readdirSync } from 'node:fs'
import { basename } from 'node:path'
import type { Site } from './site.ts'

/** Names that only a command under way may have: staged files, backups, journals, notes, locks. */
const PASSING = /\.gabarit-(new|before)$|\.new$|^journal|^unfinished|^database-changes|\.lock(\.|$)|^joined/
/** Cleared away by the next command that takes this lock, writes this file, or prunes the history. */
const REPLACED = [
  /^\.[\w.-]+\.json\.(lock|new)$/,
  /^\.\..*\.last-good\.new$/,
  /^journal\.json\.new$/,
  /^overrides\.json\.lock$/,
  // Of `fleet take`: the next one takes it over.
  /^take\.lock$/,
  // By the guard itself, when it sees that it is not needed.
  /^confirmation-guard-\w+\.lock$/,
  /^(\.[0-9a-f]{64}\.[\w-]+|[0-9a-f]{64})\.new$/,
]

/** What no command will ever clear away. */
export function leftOvers(site: Site): string[] {
  return readdirSync(site.root, { recursive: true, encoding: 'utf8' })
    .filter(path => PASSING.test(basename(path)) && !REPLACED.some(pattern => pattern.test(basename(path))))
    .map(path => `left over: ${path}`)
}
