import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, refusal } from '../base/failure.ts'
import type { Companion } from '../commit/commit.ts'
import { writeFileAtomically } from '../system/atomic-write.ts'
import type { Places } from '../system/places.ts'
import type { Request } from '../system/service/adjustment.ts'
import { distinct } from './requests.ts'

function pendingFile(places: Places): string {
  return join(places.state, 'pending.json')
}

/** Adjustments that failed and that the next event tries again. */
export function readPending(places: Places): Request[] {
  return readRequests(pendingFile(places), text => JSON.parse(text))
}

/** The same as a companion of a commit. */
export function pendingCompanion(places: Places, requests: readonly Request[]): Companion {
  return { real: pendingFile(places), text: formatPending(requests) }
}

/** Records failed adjustments, replacing the previous list. The caller holds the event lock. */
export function writePending(places: Places, requests: readonly Request[]): void {
  const file = pendingFile(places)
  if (requests.length === 0) {
    rmSync(file, { force: true })
    return
  }
  mkdirSync(places.state, { recursive: true })
  writeFileAtomically(file, formatPending(requests), { mode: 0o600, locked: true })
}

/** After a refused commit that had already replaced the list: restores the previous one. */
export function putBackPending(places: Places, requests: readonly Request[]): void {
  if (formatPending(readPending(places)) !== formatPending(requests)) writePending(places, requests)
}

function formatPending(requests: readonly Request[]): string {
  return `${JSON.stringify(requests, null, 2)}\n`
}

function joinedFile(places: Places): string {
  return join(places.state, 'joined-requests')
}

/** Hands requests to the running event, which handles them with its own. */
export function joinRequests(places: Places, requests: readonly Request[]): void {
  for (const request of requests) appendFileSync(joinedFile(places), `${JSON.stringify(request)}\n`, { mode: 0o600 })
}

/** Takes what joined events have handed over; it stays pending until it is done. The caller holds the event lock. */
export function takeJoined(places: Places): Request[] {
  const file = joinedFile(places)
  const requests = readRequests(file, text =>
    text
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line)),
  )
  if (requests.length > 0) writePending(places, distinct([...readPending(places), ...requests]))
  rmSync(file, { force: true })
  return requests
}

function readRequests(file: string, parse: (text: string) => unknown): Request[] {
  if (!existsSync(file)) return []
  try {
    const list = parse(readFileSync(file, 'utf8'))
    if (Array.isArray(list) && list.every(isRequest)) return list
    throw new Error('it is not a list of requests')
  } catch (error) {
    throw refusal(`the list of pending service adjustments is damaged: ${messageOf(error)}`, {
      where: file,
      hint: 'Remove the file and adjust the services by hand.',
    })
  }
}

function isRequest(value: unknown): value is Request {
  if (typeof value !== 'object' || value === null) return false
  return 'service' in value && 'word' in value && 'source' in value
}
