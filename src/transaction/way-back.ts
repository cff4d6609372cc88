import { Failure } from '../base/failure.ts'
import type { Context } from '../plan/context.ts'
import { withMade } from '../plan/made.ts'
import type { Plan } from '../plan/plan.ts'
import { newSelfSigned } from '../plan/self-signed.ts'
import type { Request } from '../system/service/adjustment.ts'

/** A plan, and what else it asks of services. */
interface WholePlan {
  readonly plan: Plan
  readonly requests: readonly Request[]
}

/**
 * A plan that goes back, with the certificate of web servers that have no other: it must have the names that come back, and the
 * history does not keep what actions make. The way back does not depend on it.
 * @param context with the databases as they will be
 */
export async function withCertificate(plan: Plan, context: Context): Promise<WholePlan> {
  try {
    const made = await newSelfSigned(context)
    if (made === undefined || plan.changes.some(({ path }) => path === made.file.path)) return { plan, requests: [] }
    const requests = made.servedBy.map(service => ({ service, word: 'reload-or-restart', source: made.file.by }))
    return { plan: withMade(plan, [made.file], context), requests }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    context.warn(error.describe())
    return { plan, requests: [] }
  }
}
