import { basename, join } from 'node:path'
import type { Places } from '../system/places.ts'
import type { Action } from './action.ts'
import type { Handler } from './load.ts'

/** Actions by their file name in `events/actions`, loaded on demand. */
export type Actions = Readonly<Record<string, () => Promise<Action>>>

const actions = new Map<string, () => Promise<Action>>([
  ['create-primary-domain', async () => (await import('./domain-hosts.ts')).createPrimaryDomain],
  ['domain-create-hosts', async () => (await import('./domain-hosts.ts')).createDomainHosts],
  ['domain-delete-hosts', async () => (await import('./domain-hosts.ts')).deleteDomainHosts],
  ['make-self-signed-certificate', async () => (await import('./self-signed.ts')).makeSelfSigned],
])

/** Adds the actions of a module. */
export function registerActions(added: Actions): void {
  for (const [name, load] of Object.entries(added)) actions.set(name, load)
}

/** The TypeScript action of an event's handler; undefined if its file is run as a program. */
export function actionOf(handler: Handler, places: Places): (() => Promise<Action>) | undefined {
  const name = basename(handler.realFile)
  return isShipped(handler, places, name) ? actions.get(name) : undefined
}

/** Whether a handler is the action of that name shipped with gabarit. */
export function isShipped({ realFile }: Handler, places: Places, name: string): boolean {
  return realFile === join(places.shipped, 'events/actions', name)
}
