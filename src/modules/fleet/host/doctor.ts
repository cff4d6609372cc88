import { sayTime } from '../../../base/time.ts'
import { livingHolder } from '../../../system/lock.ts'
import { type CheckedServer, type Diagnosis, ok, orOk } from '../../../terminal/module.ts'
import { fleetState, MEMBER_FILE } from '../member.ts'
import { standOf } from './host-status.ts'
import { AGENT_LOCK } from './notes.ts'
import { UNREACHED } from './reaching.ts'

/** Whether releases arrive here, and what became of the last one. */
export function checkHost({ places }: CheckedServer): readonly Diagnosis[] {
  const member = MEMBER_FILE.read(places)
  if (member === undefined) return ok('this server belongs to no fleet')
  const status = standOf(places)
  const findings: Diagnosis[] = []
  if (livingHolder(fleetState(places).path(AGENT_LOCK)) === undefined)
    findings.push({
      level: 'error',
      message: 'the agent of the fleet does not run, so no release arrives',
      command: 'systemctl start gabarit-fleet',
    })
  const unreached = UNREACHED.read(places)
  if (unreached !== undefined)
    findings.push({
      level: 'warning',
      message: `the store of the fleet has not been reached since ${sayTime(unreached.since)}: ${unreached.problem}`,
    })
  if (status.state === 'went back' || status.state === 'refused')
    findings.push({ level: 'warning', message: `release ${status.release} ${said(status.state)}: ${status.reason}` })
  return orOk(
    findings,
    `${member.host} takes the releases of the fleet ${member.fleet}; release ${status.at} is in effect`,
  )
}

const said = (state: string) => (state === 'refused' ? 'was refused' : state)
