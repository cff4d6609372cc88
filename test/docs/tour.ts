import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { readConsole, textOf } from './markdown.ts'

/** The documents whose console blocks are typed by a test, each in a server of its own. */
export const TOURS = ['README.md', ...['hand-edits', 'reverse-proxy', 'web-sites'].map(name => `docs/guide/${name}.md`)]

/** One command of a tour. */
interface Step {
  readonly command: string
  /** The output that the document shows. */
  readonly shown: string
  /** What the command prints now, with the paths of the document. */
  readonly printed: string
}

/** Types the commands of a document, one after the other. */
export function* typeTour(name: string): Generator<Step> {
  const sandbox = new Sandbox()
  for (const { command, output } of readConsole(textOf(name))) {
    const { stdout } = sandbox.run(['sh', '-c', `{ ${command}\n} 2>&1`], { env: { LC_ALL: 'C', NO_COLOR: '1' } })
    const printed = stdout.replaceAll(sandbox.root, '/tmp/try').replaceAll(PROJECT, '/opt/gabarit')
    yield { command, shown: output, printed }
  }
  sandbox.remove()
}
