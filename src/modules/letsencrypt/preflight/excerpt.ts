import { escapeControls } from '../../../base/escape-controls.ts'

/** The beginning of an untrusted text, quoted, on one line. */
export function quotedExcerpt(text: string): string {
  return JSON.stringify(escapeControls(text).slice(0, 60))
}
