import type { Plan } from '../plan/plan.ts'
import type { Request } from '../system/service/adjustment.ts'

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
