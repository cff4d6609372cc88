import type { Context } from 'hono'
import { usageFailure } from '../../base/failure.ts'
import { asSent } from './form/values.ts'

/**
 * A form that has arrived. The answer gives the text of a field; empty if it is missing.
 * @throws Failure (usage) for what no browser sends
 */
export async function formText(context: Context): Promise<(name: string) => string> {
  const fields = await context.req.formData().catch(() => undefined)
  if (fields === undefined) throw usageFailure('this is no form')
  const zero = [...fields].find(([, value]) => typeof value === 'string' && value.includes('\0'))
  if (zero !== undefined) throw usageFailure(`the field ${zero[0]} has a zero byte, which is no text`)
  return name => {
    const value = fields.get(name)
    return typeof value === 'string' ? asSent(value) : ''
  }
}
