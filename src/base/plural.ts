/** `1 file`, `2 files`; the form for many is given if it is not the one with an s. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
