/**
 * Compares two strings by their UTF-8 bytes, the order of every list that gabarit prints.
 * JavaScript's own `<` compares UTF-16 units and differs above U+FFFF: surrogates (D800–DFFF) sort before
 * U+E000–U+FFFF there, and after them in UTF-8 (RFC 3629 §1 "byte-value lexicographic sorting order").
 */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index)
    const right = b.charCodeAt(index)
    if (left === right) continue
    const leftHigh = left >= 0xd800 && left <= 0xdfff
    const rightHigh = right >= 0xd800 && right <= 0xdfff
    if (leftHigh !== rightHigh) return leftHigh ? 1 : -1
    return left - right
  }
  return a.length - b.length
}
