import { recordsOf } from '../../db/store.ts'
import type { ActionRun } from '../../event/action.ts'

/** A new certificate was issued: nginx must reload it, even if its path has not changed. Does nothing while nginx is off. */
export async function reloadNginx({ context, request }: ActionRun): Promise<void> {
  const nginx = recordsOf(context.places, 'configuration').get('nginx')
  if (nginx?.properties.get('status') === 'enabled') request('nginx', 'reload-or-restart')
}
