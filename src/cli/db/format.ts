/** An answer for programs: a map keeps the order of names, and null is a secret. */
export type Data = object | string | null | ReadonlyMap<string, Data> | readonly Data[]

/** The answer of a verb, for people and for programs. */
export interface Reply {
  readonly lines: () => readonly string[]
  readonly data: () => Data
  /** Whether the data may take several lines. */
  readonly indented?: boolean
}

/** How each format writes an answer: `text`, or the option of that name. */
export const FORMATS = {
  text: ({ lines }: Reply) =>
    lines()
      .map(line => `${line}\n`)
      .join(''),
  json: ({ data, indented = false }: Reply) => `${asJson(data(), indented ? '\n' : '')}\n`,
}

export type FormatName = keyof typeof FORMATS

/** The format that one of these options selects; default: `text`. */
export function formatOf(options: ReadonlySet<string>): FormatName {
  return (Object.keys(FORMATS) as FormatName[]).find(name => options.has(`--${name}`)) ?? 'text'
}

/**
 * Maps are formatted by our own code: JavaScript would move names that look like numbers to the front, and lose `__proto__`.
 * @param line a line break with the indentation; empty for a single line
 */
function asJson(data: Data, line: string): string {
  const deeper = line === '' ? '' : `${line}  `
  const wrap = (open: string, members: readonly string[], close: string) =>
    members.length === 0 ? `${open}${close}` : `${open}${deeper}${members.join(`,${deeper}`)}${line}${close}`
  if (Array.isArray(data))
    return wrap(
      '[',
      data.map(element => asJson(element, deeper)),
      ']',
    )
  if (!(data instanceof Map)) return JSON.stringify(data)
  const space = line === '' ? '' : ' '
  const members = [...data].map(([name, value]) => `${JSON.stringify(name)}:${space}${asJson(value, deeper)}`)
  return wrap('{', members, '}')
}
