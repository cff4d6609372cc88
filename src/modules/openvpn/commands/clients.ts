import { compareBytes } from '../../../base/byte-order.ts'
import { columns } from '../../../base/columns.ts'
import { escapeControls } from '../../../base/escape-controls.ts'
import { EXIT, Failure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import { sayDay, sayTime } from '../../../base/time.ts'
import { recordsOf } from '../../../db/store.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { type Connection, readConnections } from '../connections.ts'
import { latestByName, pkiFolder, readIndex, type Signed } from '../pki.ts'
import { readServers } from '../servers.ts'

/** A client: what its record, the PKI index and the servers know about it. */
interface Row {
  readonly name: string
  readonly status: string
  readonly server: string | null
  readonly remark: string | null
  readonly certificate: { readonly serial: string; readonly until: Date; readonly revoked: Date | null } | null
  readonly connections: readonly Connection[]
}

/** `gabarit vpn clients [NAME]` */
export async function run({ args, flag, places, print, printError }: Speaking): Promise<number> {
  const [only] = args
  const records = recordsOf(places, 'vpn')
  const certificates = latestByName(readIndex(pkiFolder(places)))
  const running = readServers(places).servers.filter(server => server.enabled)
  const { connections, down, problems } = await readConnections(running)
  const connected = new Map<string, Connection[]>()
  for (const connection of connections)
    connected.set(connection.name, [...(connected.get(connection.name) ?? []), connection])

  // Revoked clients without a record are not shown.
  const signed = [...certificates.values()].filter(({ name, revoked }) => !name.startsWith('server-') && !revoked)
  const all = [...new Set([...records.keys(), ...signed.map(({ name }) => name), ...connected.keys()])].sort(
    compareBytes,
  )
  if (only !== undefined && !all.includes(only))
    throw new Failure(`unknown client ${JSON.stringify(only)}${didYouMean(only, all)}`)
  const rows = (only === undefined ? all : [only]).map((name): Row => {
    const properties = records.get(name)?.properties
    return {
      name,
      status: properties === undefined ? 'no record' : (properties.get('status') ?? 'enabled'),
      server: properties?.get('server') ?? null,
      remark: properties?.get('Remark') ?? null,
      certificate: certificateOf(certificates.get(name)),
      connections: connected.get(name) ?? [],
    }
  })
  for (const name of down) printError(`note: ${name} is not running`)
  for (const problem of problems) printError(`warning: ${problem}`)
  if (flag('json')) print(JSON.stringify(rows, null, 2))
  else print(rows.length === 0 ? 'there are no clients: db vpn set NAME client' : asTable(rows))
  return problems.length > 0 ? EXIT.failed : EXIT.done
}

function certificateOf(signed: Signed | undefined): Row['certificate'] {
  if (signed === undefined) return null
  return { serial: signed.serial, until: signed.until, revoked: signed.revoked ?? null }
}

const TITLES = ['client', 'status', 'certificate until', 'server', 'connected since', 'from', 'address', 'in', 'out']

/** One line for each connection, and for each client without one. */
function asTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ name, status, certificate, connections }) => {
    const end = certificate === null ? 'none' : certificate.revoked ? 'revoked' : sayDay(certificate.until)
    const known = [escapeControls(name), status, end]
    if (connections.length === 0) return [known]
    return connections.map(({ server, since, realAddress, virtualAddresses, received, sent }) => [
      ...known,
      ...[
        server,
        sayTime(new Date(since * 1000)),
        realAddress,
        virtualAddresses.join(' '),
        bytes(received),
        bytes(sent),
      ],
    ])
  })
  return columns([TITLES, ...lines]).join('\n')
}

/** What a verb needs that actions of events use, too. */
export type Speaking = Pick<Invocation, 'args' | 'flag' | 'places' | 'print' | 'printError'>

/** `1.5 MiB` */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1)
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]}`
}
