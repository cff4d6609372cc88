import type { Invocation } from '../../../terminal/command.ts'
import { needController } from '../member.ts'
import { openStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { adopt } from './adopt.ts'
import { diff } from './fleet-diff.ts'

/** `gabarit fleet diff` */
export function runDiff(invocation: Invocation): Promise<number> {
  return withStore(invocation, store => diff(invocation, store))
}

/** `gabarit fleet adopt HOST [DATABASE [KEY [PROP]]]` */
export function runAdopt(invocation: Invocation): Promise<number> {
  return withStore(invocation, store => adopt(invocation, store))
}

async function withStore(invocation: Invocation, work: (store: Store) => Promise<number>): Promise<number> {
  needController(invocation.places)
  const store = openStore(invocation.places)
  try {
    return await work(store)
  } finally {
    store.close()
  }
}
