import { columns } from '../../../base/columns.ts'
import { EXIT } from '../../../base/failure.ts'
import { sayTimeFrom } from '../../../base/time.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { Certificates } from '../certificates.ts'
import type { Left, Ruling } from '../ledger/judge.ts'
import { sameNames } from '../pem.ts'
import { readSettings } from '../settings.ts'
import type { Authority } from '../world.ts'
import { makeWorld } from './world.ts'

/** The answer of one authority for one certificate. */
interface Row {
  readonly authority: Authority
  readonly certificate: string
  readonly renewal: boolean
  readonly answer: Ruling
}

/** `gabarit letsencrypt limits` */
export function run(invocation: Invocation): number {
  const { places, flag, print } = invocation
  const world = makeWorld(invocation, 'limits')
  const settings = readSettings(places)
  let whole = true
  const rows = (['test', 'production'] as const).flatMap(mode => {
    const { authority, wanted, store, ledger } = new Certificates(world, settings, mode)
    const damage = ledger.damage()
    if (damage !== undefined) {
      world.warn(damage.describe())
      whole = false
      return []
    }
    return wanted.map(({ name, names }): Row => {
      const renewal = store.history(name).some(older => sameNames(older.names, names))
      return { authority, certificate: name, renewal, answer: ledger.before({ certificate: name, names, renewal }) }
    })
  })
  if (flag('json')) print(JSON.stringify(rows.map(asData), null, 2))
  else if (whole || rows.length > 0) print(rows.length === 0 ? 'no name is requested' : rows.map(asText).join('\n\n'))
  return whole ? EXIT.done : EXIT.failed
}

function asText({ authority, certificate, renewal, answer }: Row): string {
  const { mode, directory } = authority
  const kind = renewal ? 'a renewal' : 'a new certificate'
  const may = answer.allowed ? 'allowed' : `refused: ${answer.refusals.map(({ message }) => message).join('; ')}`
  return [
    `${mode}: ${directory}`,
    `${certificate}: ${kind}, ${may}`,
    ...columns(answer.left.map(cellsOf)).map(line => `  ${line}`),
  ].join('\n')
}

function cellsOf({ limit, what, used, of, until }: Left): string[] {
  return [limit, what, `${of - used} of ${of} left${until === null ? '' : `, next one from ${sayTimeFrom(until)}`}`]
}

function asData({ authority: { mode, directory }, certificate, renewal, answer }: Row): object {
  return { mode, authority: directory, certificate, renewal, ...answer }
}
