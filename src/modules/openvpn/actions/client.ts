import { EXIT, Failure } from '../../../base/failure.ts'
import type { DbRecord } from '../../../db/record.ts'
import type { ActionRun } from '../../../event/action.ts'
import { databaseLoader } from '../../../plan/expand.ts'
import { run as killClient } from '../commands/kill.ts'

/** `vpn-client-check NAME`: reports an invalid or unknown name before anything else is done. */
export function checkClient(run: ActionRun): Promise<void> {
  const { name: event, args } = run.context.event
  const [name] = args
  if (name === undefined) throw new Failure(`missing client name: signal-event ${event} NAME`)
  knownClient(run, name, orRevoke(name))
  return Promise.resolve()
}

/** `vpn-client-reconnect NAME`: makes a connected client reconnect with its new settings, or disconnects it if it is disabled. */
export async function reconnectClient(run: ActionRun): Promise<void> {
  const [name = ''] = run.context.event.args
  const enabled = knownClient(run, name, orRevoke(name)).properties.get('status') === 'enabled'
  if (!(await kill(run, name, !enabled))) throw new Failure(`${name} could not be disconnected`)
}

function orRevoke(name: string): string {
  return `; to revoke one without a record: signal-event vpn-client-revoke ${name}`
}

/** The record of a client. @param wayOut what to do if there is none */
export function knownClient(run: ActionRun, name: string, wayOut = ''): DbRecord {
  checkName(name)
  const record = recordOf(run, name)
  if (record === undefined) throw new Failure(`there is no client ${name}${wayOut}`)
  return record
}

/** The record of a client; undefined if there is none. */
export function recordOf(run: ActionRun, name: string): DbRecord | undefined {
  const record = databaseLoader(run.context)('vpn').get(name)
  return record?.type === 'client' ? record : undefined
}

/** The keys ca.key and ta.key are in the same folder as those of clients. */
export const OURS = /^(server-.*|ca|ta)$/

/** A name must be safe in a certificate, a path and a shell. */
function checkName(name: string): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._@-]*$/.test(name) || OURS.test(name))
    throw new Failure(`not the name of a client (letters, digits and . _ - @, not server-..., ca, ta): ${name}`)
  if (name.length > 64) throw new Failure(`the name of a client has at most 64 characters: ${name}`)
}

/** @returns whether no client with this name is connected any more */
export async function kill(run: ActionRun, name: string, halt: boolean): Promise<boolean> {
  if (run.context.system.dryRun) return true
  return (await killClient({ ...speaking(run, name), flag: () => halt }, EXIT.done)) === EXIT.done
}

/** What a command needs to run for an action. */
export function speaking({ context, say }: ActionRun, name: string) {
  return { args: [name], flag: () => false, places: context.places, print: say, printError: say }
}
