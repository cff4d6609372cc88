import { X509Certificate } from 'node:crypto'
import { orUndefined } from '../../../base/failure.ts'
import { sayTime, sayWhen } from '../../../base/time.ts'
import { livingHolder } from '../../../system/lock.ts'
import { below, type Places } from '../../../system/places.ts'
import { textOf } from '../../../system/read-files.ts'
import { type CheckedServer, type Diagnosis, ok, orOk } from '../../../terminal/module.ts'
import { fleetFile, fleetState, MEMBER_FILE, type Member, PEER_CERTIFICATE, STORE_CERTIFICATE } from '../member.ts'
import { standOf } from './host-status.ts'
import { AGENT_LOCK } from './notes.ts'
import { UNREACHED } from './reaching.ts'
import { certificateHere, daysOf } from './renewal.ts'

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
  findings.push(...certificateFindings(places, member))
  return orOk(
    findings,
    `${member.host} takes the releases of the fleet ${member.fleet}; release ${status.at} is in effect`,
  )
}

/** Days before the end of a certificate when it is told: it should have been made anew long before. */
const LATE = 180

function certificateFindings(places: Places, { host, controller }: Member): Diagnosis[] {
  const findings: Diagnosis[] = []
  const tell = (certificate: X509Certificate | undefined, what: string, advice: string, command?: string) => {
    if (certificate === undefined) return
    const days = daysOf(certificate)
    if (days > LATE) return
    const end = `${days < 0 ? 'ended' : 'ends'} ${sayWhen(new Date(certificate.validTo), Date.now())}`
    findings.push({
      level: days < 0 ? 'error' : 'warning',
      message: `the certificate ${what} ${end}${advice}`,
      ...(command === undefined ? {} : { command }),
    })
  }
  const own = certificateHere(places)
  const isOver = own !== undefined && daysOf(own) < 0
  const again = `: gabarit fleet leave here, then gabarit fleet leave ${host} and gabarit fleet invite ${host} on a controller`
  tell(own, 'by which this host reaches the store', isOver ? again : '; a controller that leads makes another one')
  const file = (path: string) => orUndefined(() => new X509Certificate(textOf(below(places, path)) ?? ''))
  if (!controller) return findings
  tell(file(STORE_CERTIFICATE), 'of the store', '', 'signal-event fleet-update')
  tell(file(PEER_CERTIFICATE), 'of the store among its members', '', 'signal-event fleet-update')
  tell(
    orUndefined(() => new X509Certificate(fleetFile(places, 'authority'))),
    'of the authority of the fleet',
    '; nothing is accepted after that, so found a new fleet before',
  )
  return findings
}

const said = (state: string) => (state === 'refused' ? 'was refused' : state)
