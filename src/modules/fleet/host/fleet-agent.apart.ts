import { setTimeout as pause } from 'node:timers/promises'
import { EXIT } from '../../../base/failure.ts'
import { millisecondsOf } from '../../../base/time.ts'
import { readableDatabase } from '../../../db/store.ts'
import { databaseFile, type Places } from '../../../system/places.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { keepHostsInformed } from '../cluster/announce.ts'
import { keepNoted } from '../cluster/keep-noted.ts'
import { fleetState, needMember } from '../member.ts'
import { membersIn } from '../members.ts'
import { DriftReport } from '../release/drift.ts'
import { keepDoor } from '../rollout/door.ts'
import { leadInTurn, type Term } from '../rollout/election.ts'
import { type Entries, Leader } from '../rollout/lead.ts'
import { Orders } from '../rollout/orders.ts'
import { renewedCertificate } from '../rollout/renewed-certificate.ts'
import { readReports } from '../rollout/reports.ts'
import { Rollouts } from '../rollout/rollouts.ts'
import { openStore } from '../store/open.ts'
import { HostAgent } from './host-agent.ts'
import { AGENT_LOCK } from './notes.ts'

/** Milliseconds between two reports, without the record. */
const INTERVAL = 60_000
/** Milliseconds to say at the end that somebody else may lead. */
const LAST = 2000

/** `gabarit fleet agent`: takes releases, and leads roll-outs in turn with the other controllers. Until it is ended. */
export async function agent({ places, system, print }: Invocation): Promise<number> {
  const member = needMember(places)
  const what = 'the agent of the fleet'
  const lock = places.files.lock(fleetState(places).path(AGENT_LOCK), { what, command: 'gabarit fleet agent', wait: 0 })
  const store = openStore(places)
  const ended = new AbortController()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => ended.abort())
  const interval = () => intervalOf(places)
  const { host, fleet } = member
  print(`${host} in the fleet ${fleet}${member.controller ? ', a controller' : ''}`)
  const drift = new DriftReport(places, system)
  const beginAgain = (why: string) => {
    print(`${why}: the agent begins again with it`)
    ended.abort()
  }
  const means = {
    ...{ store, fleet, host, places, system, interval },
    ...{ drift: drift.text.bind(drift), tell: print, beginAgain },
  }
  const parts = [new HostAgent(means).run(ended.signal)]
  if (member.controller) {
    const orders = new Orders(store, member, places)
    const leadership = {
      rollouts: new Rollouts(places, member),
      reportsOf: (reports: Entries, members: Entries) => readReports(reports, membersIn(members, places), fleet),
      orderOf: orders.orderOf.bind(orders),
      certificateFor: (name: string, request: string) => renewedCertificate(store, places, fleet, name, request),
      ...{ interval, tell: print },
    }
    const lead = async (term: Term) => {
      await Promise.all([
        new Leader(store, term, leadership).lead(),
        keepDoor(store, places, print, term.signal),
        keepHostsInformed(store, places, term, print),
      ])
    }
    parts.push(leadInTurn(store, host, lead, print, ended.signal), keepNoted(store, places, print, ended.signal))
  }
  const all = Promise.all(parts)
  const stopped = new Promise<void>(resolve => ended.signal.addEventListener('abort', () => resolve()))
  await Promise.race([all, stopped])
  // A process that takes a release goes on alone. It may be what restarts this one, and waits for it.
  await Promise.race([all, pause(LAST)])
  lock.release()
  process.exit(EXIT.done)
}

function intervalOf(places: Places): number {
  const records = readableDatabase(databaseFile(places, 'configuration'))
  return millisecondsOf(records?.get('fleet')?.properties.get('Interval'), INTERVAL)
}
