/** Where the console is, on every site that serves it. Without a slash at the end. */
export const BASE = '/server-manager'

/** The address of a page. @param query what is asked for: `{ key: 'www.example.org' }` */
export function at(path: string, query: Readonly<Record<string, string>> = {}): string {
  const asked = new URLSearchParams(query).toString()
  return `${BASE}${path}${asked === '' ? '' : `?${asked}`}`
}
