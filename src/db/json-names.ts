/**
 * The first name that occurs twice in one object. `JSON.parse` accepts that: the last one wins, silently.
 * @param text valid JSON
 */
export function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = []
  for (const [, string, colon, bracket] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|([{}[\]])/g)) {
    if (bracket === '{' || bracket === '[') open.push(new Set())
    else if (bracket !== undefined) open.pop()
    if (string === undefined || colon === undefined) continue
    // Decoded: "a" and "\u0061" are the same name.
    const name: unknown = JSON.parse(string)
    if (typeof name !== 'string') continue
    if (open.at(-1)?.has(name) === true) return name
    open.at(-1)?.add(name)
  }
  return undefined
}
