/** Control characters become visible, so that one record stays one record on a terminal and in a pipe; tabs stay. */
export function escapeControls(text: string): string {
  return text.replace(/(?!\t)\p{Cc}/gu, character => {
    if (character === '\n') return '\\n'
    if (character === '\r') return '\\r'
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}
