import { Untranslatable } from './untranslatable.ts'

/** Text, or a program between braces. */
export interface PerlPiece {
  readonly isProgram: boolean
  readonly text: string
  /** The line where it begins. */
  readonly line: number
}

/** The pieces of a fragment, by the rules of perl/Gabarit/Pieces.pm. @throws Untranslatable for braces without a counterpart */
export function splitFragment(source: string): PerlPiece[] {
  const pieces: PerlPiece[] = []
  let [depth, line, begin, text] = [0, 1, 1, '']
  const end = (isProgram: boolean) => {
    if (text !== '') pieces.push({ isProgram, text, line: begin })
    text = ''
    begin = line
  }
  for (const token of source.split(/(\\\\(?=\\*[{}])|\\[{}]|[{}\n])/)) {
    if (token === '{' && depth++ === 0) end(false)
    else if (token === '}' && --depth <= 0) {
      if (depth < 0) throw new Untranslatable(line, 'a closing brace without an opening one')
      end(true)
    } else if (token === '\n') {
      text += token
      line++
    } else text += /^\\[\\{}]$/.test(token) ? token.slice(1) : token
  }
  if (depth > 0) throw new Untranslatable(begin, 'a program without its closing brace')
  end(false)
  return pieces
}
