/** Where the console is, on every site that serves it. Without a slash at the end. */
export const BASE = '/server-manager'

type Query = Readonly<Record<string, string>>

/** The address of a page. @param query what is asked for: `{ key: 'www.example.org' }` */
export function at(path: string, query: Query = {}): string {
  return `${BASE}${withQuery(path, query)}`
}

/**
 * The address of a page of a database, such as that of its records.
 * @param page below it: `/new`
 */
export function databaseAddress(database: string, page = '', query: Query = {}): string {
  return at(databasePath(database, page), query)
}

/** The address of the form of a record. @param more asked for */
export function recordAddress(database: string, key: string, more: Query = {}): string {
  return at(recordPath(database, key, more))
}

/** The same, without the base. A key may have any characters. */
export function recordPath(database: string, key: string, more: Query = {}): string {
  return withQuery(databasePath(database, '/record'), { key, ...more })
}

function databasePath(database: string, page: string): string {
  return `/records/${encodeURIComponent(database)}${page}`
}

function withQuery(path: string, query: Query): string {
  const asked = new URLSearchParams(query).toString()
  return asked === '' ? path : `${path}?${asked}`
}
