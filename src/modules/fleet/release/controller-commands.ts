import type { Invocation } from '../../../terminal/command.ts'
import { needController } from '../member.ts'
import { withStore } from '../store/open.ts'
import type { Store } from '../store/store.ts'
import { adopt } from './adopt.ts'
import { diff } from './fleet-diff.ts'

/** `gabarit fleet diff` */
export function runDiff(invocation: Invocation): Promise<number> {
  return asController(invocation, store => diff(invocation, store))
}

/** `gabarit fleet adopt HOST [DATABASE [KEY [PROP]]]` */
export function runAdopt(invocation: Invocation): Promise<number> {
  return asController(invocation, store => adopt(invocation, store))
}

async function asController({ places }: Invocation, work: (store: Store) => Promise<number>): Promise<number> {
  needController(places)
  return withStore(places, work)
}
