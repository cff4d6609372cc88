/** Something that a check found. Only errors make a check fail. */
export interface Finding {
  readonly level: 'error' | 'warning'
  readonly message: string
}
