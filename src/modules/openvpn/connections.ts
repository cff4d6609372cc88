import { Management, NotRunning } from './management.ts'
import type { VpnServer } from './servers.ts'

/** A client that is connected now. */
export interface Connection {
  /** Name in its certificate. */
  readonly name: string
  readonly server: string
  /** The server's number for the connection. */
  readonly id: string
  /** Remote address and port. */
  readonly realAddress: string
  /** Its addresses in the tunnel, IPv4 first. */
  readonly virtualAddresses: readonly string[]
  /** Bytes that the server received from it and sent to it. */
  readonly received: number
  readonly sent: number
  /** Seconds since 1970. */
  readonly since: number
}

/** The answers of the running servers; for those that could not be asked, why. */
export interface Connections {
  readonly connections: readonly Connection[]
  /** Servers that are not running. */
  readonly down: readonly string[]
  readonly problems: readonly string[]
}

/** Asks all servers in parallel who is connected. Clients that were refused are left out. */
export async function readConnections(servers: readonly VpnServer[]): Promise<Connections> {
  const answers = await Promise.all(
    servers.map(async server => {
      try {
        return { connections: await withManagement(server, client => connectionsOf(client, server)) }
      } catch (error) {
        if (error instanceof NotRunning) return { down: server.name }
        if (error instanceof Error) return { problem: error.message }
        throw error
      }
    }),
  )
  return {
    connections: answers.flatMap(answer => answer.connections ?? []).filter(isEstablished),
    down: answers.flatMap(answer => answer.down ?? []),
    problems: answers.flatMap(answer => answer.problem ?? []),
  }
}

/**
 * Whether the server let the client in. One that it refused (no file of its own in client-config-dir, disabled) stays
 * in its list for up to a minute, with the name in its certificate, but without an address.
 */
export const isEstablished = ({ virtualAddresses }: Connection): boolean => virtualAddresses.length > 0

/** Opens the management interface, and closes it whatever happens. */
export async function withManagement<Result>(
  server: VpnServer,
  run: (client: Management) => Promise<Result>,
): Promise<Result> {
  const client = await Management.open(server)
  try {
    return await run(client)
  } finally {
    client.close()
  }
}

/** Who is connected to one server, or tries to be. */
export async function connectionsOf(client: Management, { name }: VpnServer): Promise<Connection[]> {
  // Format 3 separates columns by tabs, so a comma or a space in a name does no harm.
  return parseStatus(await client.ask('status 3', 'list'), name)
}

/** The connections in an answer to `status 3`. Columns are found by their names in the header. */
export function parseStatus(lines: readonly string[], server: string): Connection[] {
  const rows = lines.map(line => line.split('\t'))
  const header = rows.find(([kind, list]) => kind === 'HEADER' && list === 'CLIENT_LIST') ?? []
  const column = (row: readonly string[], title: string) => row[header.indexOf(title) - 1] ?? ''
  return rows
    .filter(row => row[0] === 'CLIENT_LIST')
    .map(row => ({
      name: column(row, 'Common Name'),
      server,
      id: column(row, 'Client ID'),
      realAddress: column(row, 'Real Address'),
      virtualAddresses: [column(row, 'Virtual Address'), column(row, 'Virtual IPv6 Address')].filter(Boolean),
      received: Number(column(row, 'Bytes Received')),
      sent: Number(column(row, 'Bytes Sent')),
      since: Number(column(row, 'Connected Since (time_t)')),
    }))
    .filter(({ name }) => name !== 'UNDEF')
}
