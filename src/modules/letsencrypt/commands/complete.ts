import { unlessFailed } from '../../../base/failure.ts'
import type { Places } from '../../../system/places.ts'
import { readSettings } from '../settings.ts'
import { CertificateStore } from '../store.ts'
import { REAL_CLOCK } from '../world.ts'

/** The id of an issued certificate, and the name of its certificate. */
export function certificates(args: readonly string[], places: Places): readonly string[] {
  const production = unlessFailed(() => readSettings(places).production)
  if (production === undefined) return []
  const store = new CertificateStore(places, production, REAL_CLOCK)
  return args.length > 1 ? store.names() : store.names().flatMap(name => store.history(name).map(({ id }) => id))
}
