import { escapeControls } from '../../../base/escape-controls.ts'

/** The beginning of a foreign text, in quotes, on one line. */
export function quotedExcerpt(text: string): string {
  return JSON.stringify(escapeControls(text).slice(0, 60))
}
