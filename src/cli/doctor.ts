import type { Invocation } from '../terminal/command.ts'
import { type DoctorFinding, examine } from './doctor/doctor.ts'

/** `gabarit doctor` */
export async function run({ io, places, system, answer }: Invocation): Promise<number> {
  const findings = await examine(places, system, io.now())
  const errors = findings.filter(({ level, ignored }) => level === 'error' && ignored === undefined)
  const rows = findings.map(finding => ({
    ...finding,
    command: finding.command ?? null,
    ignored: finding.ignored ?? null,
  }))
  return answer(rows, findings.map(asText).join('\n'), errors.length === 0)
}

function asText({ id, level, message, command, ignored }: DoctorFinding): string {
  if (ignored !== undefined) return `ignored  ${id}: until ${ignored.until}: ${ignored.reason}`
  const first = `${level.padEnd(7)}  ${id}: ${message.replaceAll('\n', '\n         ')}`
  return command === undefined ? first : `${first}\n         run: ${command}`
}
