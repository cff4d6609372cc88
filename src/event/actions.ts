import { basename, join } from 'node:path'
import type { Places } from '../system/places.ts'
import type { Action } from './action.ts'
import type { Handler } from './load.ts'

/** Actions by their file name in `events/actions`, loaded on demand. */
export type Actions = Readonly<Record<string, () => Promise<Action>>>

const actions = new Map<string, () => Promise<Action>>([
  ['make-self-signed-certificate', async () => (await import('./self-signed.ts')).makeSelfSigned],
])

/** Adds the actions of a module. */
export function registerActions(added: Actions): void {
  for (const [name, load] of Object.entries(added)) actions.set(name, load)
}

/** The TypeScript action of an event's handler; undefined if its file is run as a program. */
export function actionOf(handler: Handler, places: Places): (() => Promise<Action>) | undefined {
  return isShipped(handler, places) ? actions.get(basename(handler.realFile)) : undefined
}

/** Whether a handler is an action shipped with gabarit. */
export function isShipped({ realFile }: Handler, places: Places): boolean {
  return realFile === join(places.shipped, 'events/actions', basename(realFile))
}
