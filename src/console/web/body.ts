import type { Context } from 'hono'

/** A form that has arrived. The answer gives the text of a field; empty if it is missing. */
export async function formText(context: Context): Promise<(name: string) => string> {
  const fields = await context.req.formData()
  return name => {
    const value = fields.get(name)
    return typeof value === 'string' ? value : ''
  }
}
