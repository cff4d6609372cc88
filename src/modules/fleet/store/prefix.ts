/** The first key behind all that begin with a prefix, as etcd wants the end of a range. */
export function endOf(prefix: string): string {
  return `${prefix.slice(0, -1)}${String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1)}`
}
