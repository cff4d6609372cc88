import { type Page, unescapeHtml } from './web-console.ts'

/** What a browser would send for the form with this action, untouched. */
export function formOn({ text }: Page, action: string): Record<string, string> {
  const form = [...text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)].find(([, tag = '']) =>
    tag.includes(`${action}"`),
  )
  if (form === undefined) throw new Error(`no form for ${action}:\n${text}`)
  const [, , body = ''] = form
  const fields: Record<string, string> = {}
  for (const [, tag = ''] of body.matchAll(/<input\b([^>]*)>/g)) {
    const unchecked = attribute(tag, 'type') === 'checkbox' && !/ checked/.test(tag)
    // What nobody sees may have several lines.
    const lineBreak = attribute(tag, 'type') === 'hidden' ? '\r\n' : ''
    if (!unchecked) fields[attribute(tag, 'name')] = attribute(tag, 'value').replace(/\r\n?|\n/g, lineBreak)
  }
  for (const [, tag = '', value = ''] of body.matchAll(/<textarea\b([^>]*)>([\s\S]*?)<\/textarea>/g))
    fields[attribute(tag, 'name')] = unescapeHtml(value.replace(/^\n/, '')).replace(/\r\n?|\n/g, '\r\n')
  for (const [, tag = '', options = ''] of body.matchAll(/<select\b([^>]*)>([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option\b([^>]*)>/g)].map(([, option = '']) => option)
    fields[attribute(tag, 'name')] = attribute(all.find(option => / selected/.test(option)) ?? all[0] ?? '', 'value')
  }
  return fields
}

/** The name of the field with this label. */
export function fieldOf({ text }: Page, label: string): string {
  const escaped = label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const [, id] = new RegExp(`<label for="([^"]*)">${escaped}</label>`).exec(text) ?? []
  if (id === undefined) throw new Error(`no field ${label}:\n${text}`)
  return id
}

function attribute(tag: string, name: string): string {
  return unescapeHtml(new RegExp(` ${name}="([^"]*)"`).exec(` ${tag}`)?.[1] ?? '')
}
