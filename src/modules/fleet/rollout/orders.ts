import { recipientIn } from '../../../archive/identity.ts'
import { refusal } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { fleetFile, type Member } from '../member.ts'
import { signOrder } from '../release/order.ts'
import { bundlesOf, readRelease } from '../release/release.ts'
import type { Store } from '../store/store.ts'
import type { Rollout } from './rollout.ts'

type Bundles = Awaited<ReturnType<typeof bundlesOf>>

/** Signs the orders of roll-outs. What a release says of its hosts is read once. */
export class Orders {
  readonly #store: Store
  readonly #member: Member
  readonly #places: Places
  #known: { readonly turn: string; readonly bundles: Bundles; readonly controllers: readonly string[] } | undefined

  constructor(store: Store, member: Member, places: Places) {
    this.#store = store
    this.#member = member
    this.#places = places
  }

  /** The order for a host. Made again for the same attempt, it is the same. */
  async orderOf(host: string, { release, attempt, within, soak }: Rollout): Promise<string> {
    const { fleet } = this.#member
    const { bundles, controllers } = await this.#read(release, attempt)
    const bundle = bundles.get(host)
    if (bundle === undefined) throw refusal(`release ${release} has no bundle for ${host}`)
    const order = { fleet, host, release, attempt, bundle, within, soak, controllers }
    return signOrder(order, fleetFile(this.#places, 'signing'))
  }

  async #read(number: number, attempt: number) {
    const turn = `${number} ${attempt}`
    if (this.#known?.turn !== turn) {
      const { fleet, signer } = this.#member
      const release = await readRelease(this.#store, number, signer, fleet)
      const controllers = [recipientIn(fleetFile(this.#places, 'reading')) ?? '']
      this.#known = { turn, bundles: await bundlesOf(this.#store, release), controllers }
    }
    return this.#known
  }
}
