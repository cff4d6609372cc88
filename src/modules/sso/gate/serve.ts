import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { State } from '../../../system/state.ts'
import type { System } from '../../../system/system.ts'
import { gateApp } from './app.ts'
import { authorizer, MOST_HEADERS } from './authorizer.ts'
import { Gate } from './gate.ts'
import { stderrLog } from './log.ts'
import type { OpenId } from './oidc/openid.ts'
import { readSettings, type Settings } from './settings.ts'

/** Where the gateway gets what it needs, and listens. */
export interface GateOptions {
  readonly settings: string
  /** The folder of its sessions. */
  readonly folder: string
  /** The socket for front ends that speak HTTP. */
  readonly socket: string
  /** The port of the loopback address for Apache; undefined: none. */
  readonly port: number | undefined
}

/** The provider of OpenID Connect. */
async function openIdOf({ discovery, ...own }: NonNullable<Settings['openId']>, settings: Settings): Promise<OpenId> {
  const { userAttribute, groupsAttribute, service } = settings
  const { fetchFromProvider, OpenIdClient } = await import('./oidc/openid.apart.ts')
  const wanted = [userAttribute, groupsAttribute].filter(name => name !== '')
  return new OpenIdClient(discovery, own, service.base, wanted, fetchFromProvider)
}

/** Answers front ends until it is killed. */
export async function serveGate({ settings: file, folder, socket, port }: GateOptions, system: System): Promise<void> {
  const settings = readSettings(file)
  const openId = settings.openId && (await openIdOf(settings.openId, settings))
  const gate = new Gate(settings, new State(folder, system), stderrLog, Date.now(), openId)
  // What one left that was killed.
  system.remove(socket)
  return new Promise((resolve, reject) => {
    const http = createAdaptorServer({
      fetch: gateApp(gate).fetch,
      serverOptions: { maxHeaderSize: MOST_HEADERS },
    }) as Server
    http.on('error', reject)
    http.on('close', () => resolve())
    http.listen({ path: socket })
    if (port !== undefined) authorizer(gate).on('error', reject).listen(port, '127.0.0.1')
  })
}
