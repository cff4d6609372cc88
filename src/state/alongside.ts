import { objectOf, type TypeOf, text } from '../base/shape.ts'

/** A file of gabarit's own state that changes with the files of the server, or not at all, and goes back with them. */
export interface Alongside extends FormerState {
  readonly after: string
}

/** What such a file was before. */
export type FormerState = TypeOf<typeof formerState>
export const formerState = objectOf({
  /** Below gabarit's own folder. */
  name: text,
  before: text,
})
