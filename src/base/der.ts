/** The consecutive elements of a DER encoding (X.690 §8.1), up to the first that is incomplete. */
export function derElements(bytes: Buffer): { readonly tag: number; readonly content: Buffer }[] {
  const found: { tag: number; content: Buffer }[] = []
  let at = 0
  while (at + 2 <= bytes.length) {
    const [tag = 0, short = 0] = bytes.subarray(at, at + 2)
    const more = short < 0x80 ? 0 : short & 0x7f
    if (short === 0x80 || more > 4 || at + 2 + more > bytes.length) break
    const length = more === 0 ? short : bytes.readUIntBE(at + 2, more)
    const start = at + 2 + more
    if (start + length > bytes.length) break
    found.push({ tag, content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return found
}
