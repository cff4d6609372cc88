import type { Context } from 'hono'
import { usageFailure } from '../../base/failure.ts'
import { asSent } from './form/values.ts'

/** The fields of a form that has arrived. @throws Failure (usage) for what no browser sends */
export async function formFields(context: Context): Promise<[name: string, text: string][]> {
  const fields = await context.req.formData().catch(() => undefined)
  if (fields === undefined) throw usageFailure('this is no form')
  const zero = [...fields].find(([, value]) => typeof value === 'string' && value.includes('\0'))
  if (zero !== undefined) throw usageFailure(`the field ${zero[0]} has a zero byte, which is no text`)
  return [...fields].flatMap(([name, value]) => (typeof value === 'string' ? [[name, asSent(value)]] : []))
}

/** The same: the answer gives the text of a field; empty if it is missing. */
export async function formText(context: Context): Promise<(name: string) => string> {
  return textIn(await formFields(context))
}

/** The same for fields that were kept. */
export function textIn(fields: readonly (readonly string[])[]): (name: string) => string {
  return wanted => fields.find(([name]) => name === wanted)?.[1] ?? ''
}
