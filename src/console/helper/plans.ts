import { orUndefined } from '../../base/failure.ts'
import { RecentMap } from '../../base/recent-map.ts'
import { flag, listOf, objectOf, optional, text } from '../../base/shape.ts'

/** Plans that are remembered. */
const MOST = 1000

const shown = objectOf({
  plan: text,
  files: optional(listOf(objectOf({ sensitive: flag }))),
  /** It says here that the change would go back by itself, as it adjusts a service that can lock somebody out. */
  confirmation: optional(listOf(text)),
})

/** The plans that were shown, each with what it belongs to. Only these are carried out. */
export class Plans {
  /** Whether a plan needs a proof, by session, deed and id. */
  readonly #dangerous = new RecentMap<boolean>(MOST)

  /** Remembers what a dry run printed as JSON. */
  remember(session: string, deed: string, json: string): void {
    const plan = orUndefined(() => shown(JSON.parse(json)))
    if (plan === undefined) return
    const dangerous = (plan.files ?? []).some(({ sensitive }) => sensitive) || (plan.confirmation ?? []).length > 0
    this.#dangerous.set(nameOf(session, deed, plan.plan), dangerous)
  }

  /** Whether a plan can lock somebody out; undefined: this session was not shown it for this command. */
  isDangerous(session: string, deed: string, plan: string): boolean | undefined {
    return this.#dangerous.get(nameOf(session, deed, plan))
  }
}

function nameOf(...parts: readonly string[]): string {
  return JSON.stringify(parts)
}
