import { sayTime } from '../base/time.ts'
import { recordsOf } from '../db/store.ts'
import { type Running, servicesNow } from '../effective/running.ts'
import type { Invocation } from '../terminal/command.ts'

const STATES = { running: 'runs', loaded: 'is loaded', stopped: 'does not run', unknown: 'cannot be asked' } as const

/** `gabarit services`: what each service that is on does now. */
export async function run({ places, system, answer }: Invocation): Promise<number> {
  const services = await servicesNow(recordsOf(places, 'configuration'), places, system)
  const data = services.map(one => ({
    ...one,
    since: one.since === undefined ? null : new Date(one.since).toISOString(),
    ports: one.ports.map(({ port, listens }) => ({ port, listens: listens ?? null })),
  }))
  const width = Math.max(...services.map(({ service }) => service.length))
  const lines = services.map(one => `${one.service.padEnd(width)}  ${asText(one)}`)
  return answer(
    data,
    lines.join('\n') || 'no service is on',
    services.every(({ state }) => state !== 'stopped'),
  )
}

function asText({ state, since, ports }: Running): string {
  const time = since === undefined ? '' : ` since ${sayTime(new Date(since))}`
  const listens = ports.map(({ port, listens }) => {
    if (listens !== undefined) return listens === '' ? port : `${port} (${listens})`
    return port.includes(':') || state !== 'running' ? port : `${port} (nobody listens)`
  })
  return [STATES[state] + time, ...listens].join(', ')
}
