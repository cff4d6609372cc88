import { newSelfSigned } from '../plan/self-signed.ts'
import type { ActionRun } from './action.ts'

/** `make-self-signed-certificate` */
export async function makeSelfSigned({ context, make, request }: ActionRun): Promise<void> {
  const made = await newSelfSigned(context)
  if (made === undefined) return
  make(made.file)
  // They serve it, whatever else the event changes.
  for (const service of made.servedBy) request(service, 'reload-or-restart')
}
