import { hostname } from 'node:os'
import { Failure } from '../../base/failure.ts'
import { sayTime, sayWhen } from '../../base/time.ts'
import { recordsOf } from '../../db/store.ts'
import { systemReason } from '../../system/atomic-write.ts'
import { below, type Places } from '../../system/places.ts'
import { textOf } from '../../system/read-files.ts'
import { urgency } from './renewal.ts'
import { readSettings } from './settings.ts'
import type { State } from './state.ts'
import type { World } from './world.ts'
import { namesOf, readLeaf, validityOf } from './x509.ts'

/** A certificate that a record names, whoever issued it. */
export type InService = ReturnType<typeof certificatesInService>[number]

/** The certificates that modSSL and the domains name, with the key of the record. Unreadable files are reported. */
export function certificatesInService(places: Places, warn: (message: string) => void) {
  const records = [recordsOf(places, 'configuration').get('modSSL'), ...recordsOf(places, 'domains').values()]
  return records.flatMap(record => {
    const file = record?.properties.get('crt')
    if (record === undefined || file === undefined || file === '') return []
    try {
      const text = textOf(below(places, file))
      if (text === undefined) throw new Failure('this file does not exist', { where: file })
      const leaf = readLeaf(text, file)
      const { fingerprint256: fingerprint, issuer } = leaf
      return [{ record: record.key, file, names: namesOf(leaf), fingerprint, issuer, ...validityOf(leaf) }]
    } catch (error) {
      const reason = error instanceof Failure ? error.describe() : `${file}: ${systemReason(error)}`
      warn(`${record.key} names a certificate that cannot be used: ${reason}`)
      return []
    }
  })
}

/**
 * Warns of certificates that are about to expire, since the authority no longer sends such mail. Once per level of urgency, by
 * mail and by the command.
 * @returns false if a warning could not be sent in any of the configured ways
 */
export async function warnOfExpiry(state: State, world: World): Promise<boolean> {
  const now = world.clock.now()
  let well = true
  const served = new Map(certificatesInService(world.places, world.warn).map(one => [one.fingerprint, one]))
  for (const certificate of served.values()) {
    const level = urgency(certificate, now)
    if (level <= state.warned(certificate.fingerprint)) continue
    const text = warningText(certificate, state, now)
    world.warn(text.split('\n')[0] ?? '')
    if (await send(text, world)) state.noteWarned(certificate.fingerprint, level)
    else well = false
  }
  state.retainWarned(new Set(served.keys()))
  return well
}

/** `expires in 3 days, at 2026-11-28 14:05:12 +0100` */
export function sayExpiry(until: Date, now: Date): string {
  return `${until < now ? 'expired' : 'expires'} ${sayWhen(until, now.getTime())}, at ${sayTime(until)}`
}

function warningText({ record, names, until }: InService, state: State, now: Date): string {
  const lines = [
    `The certificate of ${record} on ${hostname()} ${sayExpiry(until, now)}.`,
    `Its names: ${names.join(' ')}`,
    ...state.allTroubles().map(({ message, hint }) => `It could not be renewed: ${message}\n${hint}`),
    ...(state.deployment === undefined ? [] : [state.deployment]),
    'See: gabarit letsencrypt status',
  ]
  return `${lines.join('\n')}\n`
}

/** If any way is configured, at least one has to work. */
async function send(text: string, world: World): Promise<boolean> {
  const ways: { name: string; command: readonly string[]; input: string }[] = []
  const { warnAddress, warnCommand } = readSettings(world.places)
  if (warnAddress !== '') {
    const subject = (text.split('\n')[0] ?? '').replace(/[^ -~]/g, '?')
    const input = `To: ${warnAddress}\nSubject: ${subject}\n\n${text}`
    ways.push({ name: 'mail', command: ['sendmail', '-t', '-i'], input })
  }
  if (warnCommand !== undefined) ways.push({ name: 'warnCommand', command: [warnCommand], input: text })
  let sent = ways.length === 0
  for (const { name, command, input } of ways) {
    const { system } = world
    const env = { ...system.env, PATH: `${system.env.PATH ?? ''}:/usr/sbin:/usr/lib` }
    const { status, problem, output } = await system.run(command, { input, env, cwd: '/', timeout: 60_000 })
    if (status === 0) sent = true
    else world.warn(`the warning could not be sent by ${name}: ${problem ?? `status ${status}: ${output.trim()}`}`)
  }
  return sent
}
