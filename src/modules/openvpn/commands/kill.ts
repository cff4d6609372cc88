import { setTimeout as pause } from 'node:timers/promises'
import { EXIT, Failure } from '../../../base/failure.ts'
import { connectionsOf, withManagement } from '../connections.ts'
import { type Management, NotRunning } from '../management.ts'
import { readServers } from '../servers.ts'
import type { Speaking } from './clients.ts'

/** Milliseconds to let a client receive the message. */
const TOLD = 300

/** `gabarit vpn kill NAME|IP:PORT [--halt]`: ends all such connections. @param none the exit status if there is none */
export async function run(
  { args, flag, places, print, printError }: Speaking,
  none: number = EXIT.failed,
): Promise<number> {
  const [name = ''] = args
  const halt = flag('halt')
  let killed = 0
  let failed = false
  for (const server of readServers(places).servers) {
    try {
      killed += await withManagement(server, async client => {
        const all = await connectionsOf(client, server)
        const own = all.filter(connection => [connection.name, connection.realAddress].includes(name))
        for (const { id, name: whose, realAddress } of own) {
          await client.ask(halt ? `client-kill ${id} HALT` : `client-kill ${id}`, 'line')
          print(`${whose} at ${realAddress} was disconnected from ${server.name}${halt ? '' : ' and may reconnect'}`)
        }
        const [first] = own
        if (halt && first !== undefined) await cutOff(client, first.name)
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
  if (failed) return EXIT.failed
  if (killed === 0) print(`${name} is not connected`)
  return killed === 0 ? none : EXIT.done
}

/** OpenVPN waits five seconds for the client to leave, which a client that does not obey could use. */
async function cutOff(client: Management, name: string): Promise<void> {
  await pause(TOLD)
  try {
    await client.ask(`kill "${name.replace(/[\\"]/g, '\\$&')}"`, 'line')
  } catch (error) {
    if (!(error instanceof Failure && error.message.includes('not found'))) throw error
  }
}
