import { code, type Part } from './output.ts'

/** A comment of a program in Perl. */
export interface Comment {
  readonly line: number
  readonly text: string
}

/** Puts the comments of a program where they stood: before the statement behind them. */
export class Comments {
  #waiting: readonly Comment[]

  constructor(comments: readonly Comment[]) {
    this.#waiting = comments
  }

  /** Those up to a line that were not put anywhere yet; default: all. */
  until(line = Number.POSITIVE_INFINITY): Part[] {
    const due = this.#waiting.filter(comment => comment.line <= line)
    this.#waiting = this.#waiting.slice(due.length)
    return due.map(({ text }) => code(`/* ${safe(text)} */`))
  }
}

/** Without what would end a comment in JavaScript, or a tag. */
function safe(text: string): string {
  return text
    .replace(/\*(?=\/)/g, '* ')
    .replace(/%(?=>)/g, '% ')
    .replace(/<(?=%)/g, '< ')
}
