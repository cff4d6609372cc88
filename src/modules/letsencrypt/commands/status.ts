import { EXIT } from '../../../base/failure.ts'
import { sayDays, sayTime, sayTimeFrom } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { readSettings } from '../settings.ts'
import { State } from '../state.ts'
import { type CertificateStatus, certificateStatus, type Status } from '../status.ts'
import { makeWorld } from './world.ts'

/** `gabarit letsencrypt status` */
export async function run(invocation: Invocation): Promise<number> {
  const { flag, places, print } = invocation
  const world = makeWorld(invocation, 'status')
  const found = certificateStatus(readSettings(places), new State(places, world.warn), world)
  print(flag('json') ? JSON.stringify(found, null, 2) : asText(found))
  return found.problems.length === 0 ? EXIT.done : EXIT.failed
}

function asText({ status, mode, authority, certificates, others, problems }: Status): string {
  const head = status === 'disabled' ? 'letsencrypt is disabled' : `${status}: the ${mode} authority ${authority}`
  return [
    head,
    ...certificates.flatMap(certificateLines),
    ...others.map(({ record, file, until }) => `${record}: ${file}, until ${sayTime(until)}`),
    ...(problems.length === 0 ? ['nothing to do'] : ['needs attention:', ...problems.map(problem => `  ${problem}`)]),
  ].join('\n')
}

function certificateLines(row: CertificateStatus): string[] {
  const { name, until, daysLeft, nextRenewal, chosenUntil, explanation, inService, takenOut, trouble } = row
  const lines = [`certificate ${name}`, `  names: ${row.names.join(' ')}`]
  if (until === null || nextRenewal === null) lines.push('  not issued yet')
  else {
    const rest = daysLeft === null || daysLeft < 0 ? 'expired' : `${sayDays(daysLeft)} left`
    const why = explanation === null ? '' : ` (the authority explains: ${explanation})`
    lines.push(
      `  issued by ${row.issuer}`,
      `  until ${sayTime(until)}, ${rest}; renewed from ${sayTime(nextRenewal)}${why}`,
      `  ${inService.length === 0 ? 'not in service' : `in service: ${inService.join(', ')}`}`,
    )
  }
  if (chosenUntil !== null)
    lines.push(
      `  chosen by hand until ${sayTime(chosenUntil)}; to use the newest: gabarit letsencrypt use latest ${name}`,
    )
  if (takenOut.length > 0)
    lines.push(`  removed by hand: ${takenOut.join(', ')}; to restore it: gabarit letsencrypt setup`)
  const limits = row.left.map(({ limit, what, used, of }) => `${limit} of ${what}: ${of - used} of ${of} left`)
  if (limits.length > 0) lines.push(`  limits: ${limits.join('; ')}`)
  if (trouble !== null)
    lines.push(`  last error: ${trouble.message}`, `  ${trouble.hint}`, `  next try: ${sayTimeFrom(trouble.nextTry)}`)
  return lines
}
