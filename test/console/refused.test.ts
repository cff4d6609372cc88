// Every command of the tables, as its examples show it: for nobody, and for somebody who is logged in but proves nothing.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { VERBS } from '../../src/cli/db/verbs.ts'
import { COMMANDS } from '../../src/cli/table.ts'
import type { Access, Command } from '../../src/terminal/command.ts'
import { ConsoleServer, type Person } from './console-server.ts'

const refused = suite('what the helper refuses')
const box = new ConsoleServer()
let alice: Person

refused.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  await box.startHelper()
  alice = await box.join('alice')
})
refused.after(() => box.remove())

/** A line as a shell would split it. */
function split(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}

const withVerbs = (command: Command): readonly Command[] => command.verbs ?? [command]

/** What may be done with it, and its command line. */
const LINES: readonly (readonly [access: Access | undefined, words: readonly string[]])[] = [
  ...COMMANDS.flatMap(withVerbs).flatMap(({ console, examples }) =>
    examples.map(([line]) => {
      const [program = '', ...words] = split(line)
      return [console, program === 'gabarit' ? [program, ...words] : ['gabarit', program, ...words]] as const
    }),
  ),
  ...Object.entries(VERBS).map(([verb, { console }]) => [console, ['db', 'hosts', verb, 'x']] as const),
]

const why = async (session: string, words: readonly string[]) => {
  const answer = await box.ask(session, words)
  return answer.kind === 'refused' ? answer.why : answer.kind
}

refused('nobody runs anything', async () => {
  assert.ok(LINES.length > 100, String(LINES.length))
  for (const [, words] of LINES)
    for (const session of ['', 'guessed']) assert.is(await why(session, words), 'session', words.join(' '))
})

refused('a session is not enough for what the table does not allow, and for what is dangerous', async () => {
  const lists = new Set(['gabarit web users', 'gabarit web passkeys', 'gabarit overrides'])
  for (const [access, words] of LINES) {
    const line = words.join(' ')
    if (access === undefined) assert.is(await why(alice.session, words), 'forbidden', line)
    else if (access === 'dangerous' && !lists.has(line) && !/--(dry-run|check|json)\b/.test(line))
      assert.ok(['proof', 'forbidden', 'outdated'].includes(await why(alice.session, words)), line)
  }
})

refused('of what makes a plan, nothing is carried out without the plan that was shown', async () => {
  for (const name of ['apply', 'signal-event console-save', 'rollback 1', 'revert 1']) {
    assert.is(await why(alice.session, split(`gabarit ${name}`)), 'forbidden', name)
    assert.is(await why(alice.session, split(`gabarit ${name} --plan 0123456789ab`)), 'outdated', name)
  }
})

refused.run()
