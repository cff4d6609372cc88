import { setTimeout as pause } from 'node:timers/promises'
import { EXIT, Failure } from '../../../base/failure.ts'
import { connectionsOf, withManagement } from '../connections.ts'
import { type Management, NotRunning } from '../management.ts'
import { readServers } from '../servers.ts'
import type { Speaking } from './clients.ts'

/** Milliseconds to let a client receive the message. */
const TOLD = 300

/** `gabarit vpn kill NAME [--halt]`: ends the connections of a client on all running servers. */
export async function run({ args, flag, places, print, printError }: Speaking): Promise<number> {
  const [name = ''] = args
  const halt = flag('halt')
  let killed = 0
  let failed = false
  for (const server of readServers(places).servers) {
    try {
      killed += await withManagement(server, async client => {
        const own = (await connectionsOf(client, server)).filter(connection => connection.name === name)
        for (const { id, realAddress } of own) {
          await client.ask(halt ? `client-kill ${id} HALT` : `client-kill ${id}`, 'line')
          print(`${name} at ${realAddress} was disconnected from ${server.name}${halt ? '' : ' and may reconnect'}`)
        }
        if (halt && own.length > 0) await cutOff(client, name)
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

/** OpenVPN waits five seconds for the client to leave, which a client that does not obey could use. */
async function cutOff(client: Management, name: string): Promise<void> {
  await pause(TOLD)
  try {
    await client.ask(`kill "${name.replace(/[\\"]/g, '\\$&')}"`, 'line')
  } catch (error) {
    if (!(error instanceof Failure && error.message.includes('not found'))) throw error
  }
}
