import { connectionsOf, withManagement } from '../../openvpn/connections.ts'
import { NotRunning } from '../../openvpn/management.ts'
import { readServers } from '../../openvpn/servers.ts'
import { EXIT, Failure } from '../../system/failure.ts'
import type { Invocation } from '../command.ts'

/** `gabarit vpn kill NAME [--halt]`: ends the connections of a client, on all servers that run. */
export async function kill({ flag, places, print, printError }: Invocation, name: string): Promise<number> {
  const halt = flag('halt')
  let killed = 0
  let failed = false
  for (const server of readServers(places).servers) {
    try {
      killed += await withManagement(server, async client => {
        const own = (await connectionsOf(client, server)).filter(connection => connection.name === name)
        for (const { id, realAddress } of own) {
          await client.ask(halt ? `client-kill ${id} HALT` : `client-kill ${id}`, 'line')
          print(`${name} at ${realAddress} was thrown out of ${server.name}${halt ? '' : ' and may come back'}`)
        }
        return own.length
      })
    } catch (error) {
      if (error instanceof NotRunning) {
        if (server.enabled) printError(`note: ${error.message}`)
      } else if (error instanceof Failure) {
        printError(`error: ${error.describe()}`)
        failed = true
      } else throw error
    }
  }
  if (killed === 0 && !failed) print(`${name} is not connected`)
  return failed ? EXIT.failed : EXIT.done
}
