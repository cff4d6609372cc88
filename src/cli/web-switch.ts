import { EXIT, refusal } from '../base/failure.ts'
import { changeDatabase } from '../db/change.ts'
import { recordsOf } from '../db/store.ts'
import type { Invocation } from '../terminal/command.ts'
import { hasUnits, silentParts } from './doctor/console-check.ts'
import { signalEvent } from './signal-event.ts'

const EVENT = 'server-manager-update'

/** `gabarit web enable [USER]` */
export async function enable(invocation: Invocation): Promise<number> {
  const { args, places, system, printError } = invocation
  const records = recordsOf(places, 'configuration')
  const isOff = (key: string) => records.get(key)?.properties.get('status') === 'disabled'
  const nginx = records.get('nginx')?.properties.get('status') === 'enabled'
  // While Apache is off, nginx serves the console itself.
  const lacking = isOff('httpd') ? (nginx ? undefined : 'httpd') : isOff('modSSL') ? 'modSSL' : undefined
  if (lacking !== undefined)
    throw refusal(`the console needs ${lacking}`, { hint: `config setprop ${lacking} status enabled` })
  const status = await turn(invocation, { status: 'enabled', Manager: 'console' })
  if (status !== EXIT.done || system.dryRun) return status
  if (places.root === '/' && !hasUnits()) for (const { message } of await silentParts({ system })) printError(message)
  return (await import('./web.apart.ts')).welcome(invocation, args[0] || system.env.SUDO_USER || 'admin')
}

/** `gabarit web disable` */
export function disable(invocation: Invocation): Promise<number> {
  return turn(invocation, { status: 'disabled' })
}

/** Stores what the server manager shall be, and makes it so. */
async function turn(invocation: Invocation, properties: Readonly<Record<string, string>>): Promise<number> {
  const { places, printError } = invocation
  changeDatabase(places, 'configuration', { command: 'gabarit web' }, draft => {
    if (!draft.has('httpd-admin')) draft.set('httpd-admin', 'service', properties)
    else for (const [name, value] of Object.entries(properties)) draft.setprop('httpd-admin', name, value)
  })
  const { status } = await signalEvent({ ...invocation, args: [EVENT] }, undefined)
  if (status !== EXIT.done) printError(`The setting is saved. Once this is mended: signal-event ${EVENT}`)
  return status
}
