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
  print(flag('json') ? JSON.stringify(asData(found), null, 2) : asText(found))
  return found.problems.length === 0 ? EXIT.done : EXIT.failed
}

function asText({ status, mode, directory, certificates, others, problems }: Status): string {
  const head = status === 'disabled' ? 'letsencrypt is disabled' : `${status}: the ${mode} authority ${directory}`
  return [
    head,
    ...certificates.flatMap(certificateLines),
    ...others.map(({ record, file, until }) => `${record}: ${file}, until ${sayTime(until)}`),
    ...(problems.length === 0 ? ['nothing to do'] : ['needs attention:', ...problems.map(problem => `  ${problem}`)]),
  ].join('\n')
}

function certificateLines(row: CertificateStatus): string[] {
  const {
    name,
    names,
    certificate,
    issuer,
    daysLeft,
    nextRenewal,
    chosenUntil,
    explanation,
    records,
    takenOut,
    trouble,
    left,
  } = row
  const lines = [`certificate ${name}`, `  names: ${names.join(' ')}`]
  if (certificate === undefined || nextRenewal === undefined) lines.push('  not issued yet')
  else {
    const rest = daysLeft === undefined || daysLeft < 0 ? 'expired' : `${sayDays(daysLeft)} left`
    const why = explanation === undefined ? '' : ` (the authority explains: ${explanation})`
    lines.push(
      `  issued by ${issuer}`,
      `  until ${sayTime(certificate.until)}, ${rest}; renewed from ${sayTime(nextRenewal)}${why}`,
      `  ${records.length === 0 ? 'not in service' : `in service: ${records.join(', ')}`}`,
    )
  }
  if (chosenUntil !== undefined)
    lines.push(
      `  chosen by hand until ${sayTime(chosenUntil)}; to use the newest: gabarit letsencrypt use latest ${name}`,
    )
  if (takenOut.length > 0)
    lines.push(`  removed by hand: ${takenOut.join(', ')}; to restore it: gabarit letsencrypt setup`)
  const limits = left.map(({ limit, what, used, of }) => `${limit} of ${what}: ${of - used} of ${of} left`)
  if (limits.length > 0) lines.push(`  limits: ${limits.join('; ')}`)
  if (trouble !== undefined)
    lines.push(`  last error: ${trouble.message}`, `  ${trouble.hint}`, `  next try: ${sayTimeFrom(trouble.nextTry)}`)
  return lines
}

function asData({ status, mode, directory, certificates, others, problems }: Status): object {
  return {
    status,
    mode,
    authority: directory,
    certificates: certificates.map(({ certificate, ...row }) => ({
      name: row.name,
      names: row.names,
      id: certificate?.id ?? null,
      issuer: row.issuer ?? null,
      from: certificate?.from.toISOString() ?? null,
      until: certificate?.until.toISOString() ?? null,
      daysLeft: row.daysLeft ?? null,
      nextRenewal: row.nextRenewal?.toISOString() ?? null,
      chosenUntil: row.chosenUntil?.toISOString() ?? null,
      explanation: row.explanation ?? null,
      inService: row.records,
      takenOut: row.takenOut,
      left: row.left,
      trouble: row.trouble ?? null,
    })),
    others,
    problems,
  }
}
