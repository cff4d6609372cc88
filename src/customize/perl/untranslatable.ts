/** Something in a program in Perl that has no twin. The message is a noun, `a regular expression with \Q`. */
export class Untranslatable extends Error {
  constructor(
    readonly line: number,
    readonly feature: string,
  ) {
    super(`line ${line}: ${feature}`)
  }
}

/** What the fragment has printed is asked for: it has to be in a variable. */
export class ReadsOutput extends Untranslatable {
  constructor(line: number) {
    super(line, '$OUT as a value')
  }
}
