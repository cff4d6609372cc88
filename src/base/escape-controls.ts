/** Makes control characters visible, so that one record stays on one line in a terminal or a pipe. Tabs are kept. */
export function escapeControls(text: string): string {
  return text.replace(/(?!\t)\p{Cc}/gu, character => {
    if (character === '\n') return '\\n'
    if (character === '\r') return '\\r'
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

/** The same for a text of several lines, which stay lines. */
export function escapeLines(text: string): string {
  return text.split('\n').map(escapeControls).join('\n')
}
