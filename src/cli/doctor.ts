import { EXIT } from '../base/failure.ts'
import type { Invocation } from '../terminal/command.ts'
import { type DoctorFinding, examine } from './doctor/doctor.ts'

/** `gabarit doctor` */
export async function run({ flag, io, places, system, print }: Invocation): Promise<number> {
  const findings = await examine(places, system, io.now())
  const errors = findings.filter(({ level, ignored }) => level === 'error' && ignored === undefined)
  if (flag('json')) {
    const rows = findings.map(finding => ({
      ...finding,
      command: finding.command ?? null,
      ignored: finding.ignored ?? null,
    }))
    print(JSON.stringify(rows, null, 2))
  } else print(findings.map(asText).join('\n'))
  return errors.length > 0 ? EXIT.failed : EXIT.done
}

function asText({ id, level, message, command, ignored }: DoctorFinding): string {
  if (ignored !== undefined) return `ignored  ${id}: until ${ignored.until}: ${ignored.reason}`
  const first = `${level.padEnd(7)}  ${id}: ${message.replaceAll('\n', '\n         ')}`
  return command === undefined ? first : `${first}\n         run: ${command}`
}
