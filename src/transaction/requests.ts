import { listOf } from '../base/shape.ts'
import type { Plan } from '../plan/plan.ts'
import type { Places } from '../system/places.ts'
import { type Request, serviceRequest } from '../system/service/adjustment.ts'
import { indented, type Kind, StateFile } from '../system/state-file.ts'

/** What the changed files of a plan request of services. */
export function requestsOfPlan(plan: Plan): Request[] {
  return plan.notify.map(entry => {
    const [service = '', word = ''] = entry.split(':')
    return { service, word, source: 'notify' }
  })
}

/** The requests without duplicates. */
export function distinct(requests: readonly Request[]): Request[] {
  return [...new Map(requests.map(request => [idOf(request), request])).values()]
}

/** The requests that are not among the others. */
export function without(requests: readonly Request[], others: readonly Request[]): Request[] {
  const gone = new Set(others.map(idOf))
  return requests.filter(request => !gone.has(idOf(request)))
}

function idOf({ service, word }: Request): string {
  return `${service}:${word}`
}

const kind: Kind<readonly Request[]> = {
  what: 'the list of pending service adjustments',
  shape: listOf(serviceRequest),
  wayOut: 'Remove the file and adjust the services by hand.',
}

export const PENDING = new StateFile('pending.json', { ...kind, format: indented })

/** What joined events hand over: a line for each request. */
const JOINED_REQUESTS = new StateFile('joined-requests', {
  ...kind,
  parse: content =>
    content
      .split('\n')
      .filter(line => line !== '')
      .map(line => JSON.parse(line)),
})

/** Adjustments that failed and that the next event tries again. */
export function readPending(places: Places): readonly Request[] {
  return PENDING.read(places) ?? []
}

/** Records failed adjustments, replacing the previous list. The caller holds the event lock. */
export function writePending(places: Places, requests: readonly Request[]): void {
  if (requests.length === 0) PENDING.remove(places)
  else PENDING.write(places, requests)
}

/** After a refused commit that had already replaced the list: restores the previous one. */
export function restorePending(places: Places, requests: readonly Request[]): void {
  if (PENDING.text(readPending(places)) !== PENDING.text(requests)) writePending(places, requests)
}

/** Hands requests to the running event, which handles them with its own. */
export function joinRequests({ state }: Places, requests: readonly Request[]): void {
  for (const request of requests) state.append(JOINED_REQUESTS.name, `${JSON.stringify(request)}\n`)
}

/** Takes what joined events have handed over; it stays pending until it is done. The caller holds the event lock. */
export function takeJoined(places: Places): readonly Request[] {
  const requests = JOINED_REQUESTS.read(places) ?? []
  if (requests.length > 0) writePending(places, distinct([...readPending(places), ...requests]))
  JOINED_REQUESTS.remove(places)
  return requests
}
