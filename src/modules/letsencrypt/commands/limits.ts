import { columns } from '../../../base/columns.ts'
import { sayTimeFrom } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates } from '../certificates.ts'
import type { Left, Ruling } from '../ledger/judge.ts'
import type { Mode } from '../world.ts'
import { makeWorld } from './world.ts'

/** The answer of one authority for one certificate. */
interface Row extends Ruling {
  readonly mode: Mode
  /** URL of its directory. */
  readonly authority: string
  readonly certificate: string
  readonly renewal: boolean
}

/** `gabarit letsencrypt limits` */
export function run(invocation: Invocation): number {
  const world = makeWorld(invocation, 'limits')
  let whole = true
  const rows = (['test', 'production'] as const).flatMap((mode): Row[] => {
    const certificates = new Certificates(world, mode)
    const damage = certificates.ledger.damage()
    if (damage !== undefined) {
      world.warn(damage.describe())
      whole = false
      return []
    }
    const authority = certificates.authority.directory
    return certificates.wanted.map(one => ({ mode, authority, certificate: one.name, ...certificates.ruling(one) }))
  })
  return invocation.answer(rows, rows.map(asText).join('\n\n') || (whole ? 'no name is requested' : ''), whole)
}

function asText({ mode, authority, certificate, renewal, allowed, refusals, left }: Row): string {
  const kind = renewal ? 'a renewal' : 'a new certificate'
  const may = allowed ? 'allowed' : `refused: ${refusals.map(({ message }) => message).join('; ')}`
  const lines = columns(left.map(cellsOf)).map(line => `  ${line}`)
  return [`${mode}: ${authority}`, `${certificate}: ${kind}, ${may}`, ...lines].join('\n')
}

function cellsOf({ limit, what, used, of, until }: Left): string[] {
  return [limit, what, `${of - used} of ${of} left${until === null ? '' : `, next one from ${sayTimeFrom(until)}`}`]
}
