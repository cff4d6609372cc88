import { compareBytes } from '../../../base/byte-order.ts'
import { columns } from '../../../base/columns.ts'
import { escapeControls } from '../../../base/escape-controls.ts'
import { EXIT, Failure } from '../../../base/failure.ts'
import { didYouMean } from '../../../base/nearest.ts'
import { sayDay, sayTime } from '../../../base/time.ts'
import { recordsOf } from '../../../db/store.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { type Connection, readConnections } from '../connections.ts'
import { latestByName, pkiFolder, readIndex } from '../pki.ts'
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

  // Revoked clients without a record are not shown.
  const issued = [...certificates.values()].filter(({ name, revoked }) => !name.startsWith('server-') && !revoked)
  const names = [...records.keys(), ...[...issued, ...connections].map(({ name }) => name)]
  const all = [...new Set(names)].sort(compareBytes)
  if (only !== undefined && !all.includes(only))
    throw new Failure(`unknown client ${JSON.stringify(only)}${didYouMean(only, all)}`)
  const rows = (only === undefined ? all : [only]).map((name): Row => {
    const properties = records.get(name)?.properties
    const signed = certificates.get(name)
    return {
      name,
      status: properties === undefined ? 'no record' : (properties.get('status') ?? 'enabled'),
      server: properties?.get('server') ?? null,
      remark: properties?.get('Remark') ?? null,
      certificate: signed ? { serial: signed.serial, until: signed.until, revoked: signed.revoked ?? null } : null,
      connections: connections.filter(connection => connection.name === name),
    }
  })
  for (const name of down) printError(`note: ${name} is not running`)
  for (const problem of problems) printError(`warning: ${problem}`)
  if (flag('json')) print(JSON.stringify(rows, null, 2))
  else print(rows.length === 0 ? 'there are no clients: db vpn set NAME client' : asTable(rows))
  return problems.length > 0 ? EXIT.failed : EXIT.done
}

const TITLES = ['client', 'status', 'certificate until', 'server', 'connected since', 'from', 'address', 'in', 'out']

/** One line for each connection, and for each client without one. */
function asTable(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ name, status, certificate, connections }) => {
    const end = certificate === null ? 'none' : certificate.revoked ? 'revoked' : sayDay(certificate.until)
    const known = [escapeControls(name), status, end]
    if (connections.length === 0) return [known]
    return connections.map(({ server, since, realAddress, virtualAddresses, received, sent }) => {
      const from = [server, sayTime(new Date(since * 1000)), realAddress, virtualAddresses.join(' ')]
      return [...known, ...from, bytes(received), bytes(sent)]
    })
  })
  return columns([TITLES, ...lines]).join('\n')
}

/** What a verb needs that actions of events use, too. */
export type Speaking = Pick<Invocation, 'args' | 'flag' | 'places' | 'print' | 'printError'>

/** `1.5 MiB` */
function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(Math.floor(Math.log2(Math.max(count, 1)) / 10), units.length - 1)
  return `${power === 0 ? count : (count / 1024 ** power).toFixed(1)} ${units[power]}`
}
