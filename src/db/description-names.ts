/** What a description file describes. */
export interface Subject {
  readonly kind: 'record' | 'type' | 'family'
  readonly name: string
}

/** The file that describes the family of a key, that with the longest prefix of it. */
export function familyFile(files: Iterable<string>, key: string): string | undefined {
  const fitting = [...files].filter(file => file.endsWith('*.json') && key.startsWith(decodeName(file).name))
  return fitting.sort((a, b) => decodeName(b).name.length - decodeName(a).name.length)[0]
}

/** The name of a file: `%`, `/`, control characters, a leading `@` or `.` and a trailing `*` of a key are percent-encoded. */
export function encodeName({ kind, name }: Subject): string {
  const encoded = name.replace(/[%/\p{Cc}]/gu, percent).replace(/\*$/, percent)
  if (kind === 'type') return `@${encoded}.json`
  return `${encoded.replace(/^[@.]/, percent)}${kind === 'family' ? '*' : ''}.json`
}

/** What a file describes, according to its name. */
export function decodeName(file: string): Subject {
  const stem = file.slice(0, -'.json'.length)
  const kind = stem.startsWith('@') ? 'type' : stem.endsWith('*') ? 'family' : 'record'
  const text = kind === 'type' ? stem.slice(1) : kind === 'family' ? stem.slice(0, -1) : stem
  return { kind, name: text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))) }
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
}
