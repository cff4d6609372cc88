import type { Plan } from '../plan/plan.ts'
import type { Request } from './adjustment.ts'
import type { Event } from './load.ts'

/** What the changed files of a plan ask of services. */
export function requestsOfPlan(plan: Plan): Request[] {
  return plan.notify.map(entry => {
    const [service = '', word = ''] = entry.split(':')
    return { service, word, source: 'notify' }
  })
}

/** What an event asks of services, whatever changed. */
export function requestsOfEvent(event: Event): Request[] {
  return event.services.flatMap(({ service, words, file }) =>
    (words.length === 0 ? [''] : words).map(word => ({ service, word, source: file })),
  )
}

/** Each request once. */
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
