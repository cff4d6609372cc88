import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { COMMANDS } from '../../src/cli/table.ts'
import { Sandbox } from '../support/sandbox.ts'

const help = suite('help and usage')
const box = new Sandbox()
help.after(() => box.remove())

/** Every command with the words that call it, verbs included. */
const ALL = COMMANDS.flatMap(command => [
  { ...command, command: [command.name] },
  ...(command.verbs ?? []).map(verb => ({ ...verb, command: [command.name, verb.name] })),
])

help('every command has help with an example and all its options, and is in the overview', () => {
  const overview = box.must('gabarit --help')
  assert.match(overview, 'Example: ')
  for (const { name, summary } of COMMANDS) assert.match(overview, summary, name)
  for (const { command, options = [], examples } of ALL) {
    const text = box.must(['gabarit', ...command, '--help'])
    const name = command.join(' ')
    assert.ok(examples.length > 0 && text.includes('Examples:'), name)
    // A long line is wrapped, with what it does beside it.
    for (const [line] of examples)
      assert.ok(
        line.split(' ').every(word => text.includes(word)),
        `${name}: ${line}`,
      )
    for (const option of options) assert.ok(text.includes(`--${option.name}`), `${name}: ${option.name}`)
  }
})

help('the programs of their own name have the same', () => {
  assert.match(box.must('expand-template --help'), 'expand-template --diff')
  assert.match(box.must('signal-event --help'), 'signal-event --dry-run')
  const version = box.must('gabarit --version')
  assert.match(version, /^\d+\.\d+\.\d+\n$/)
  for (const program of ['expand-template', 'signal-event']) assert.is(box.must([program, '--version']), version)
})

help('-h is --help', () => {
  for (const command of ['gabarit', 'gabarit lint', 'gabarit letsencrypt setup', 'signal-event', 'db', 'config'])
    assert.is(box.must(`${command} -h`), box.must(`${command} --help`))
  assert.is(box.must('gabarit -h lint'), box.must('gabarit help lint'))
  assert.match(box.run('db own getprop a -- -h').stderr, 'quote a value')
})

const USAGE: readonly (readonly [command: string, said: string])[] = [
  ['gabarit', 'missing command'],
  ['gabarit explan /etc/hosts', 'unknown command "explan"; did you mean "explain"?'],
  ['gabarit config show', 'config is a program of its own\n  Without gabarit in front: config --help\n'],
  ['gabarit help db', 'db is a program of its own'],
  ['gabarit --josn', 'unknown command "--josn"'],
  ['gabarit lint --josn', 'unknown option --josn; did you mean "--json"?'],
  ['gabarit lint -x', 'unknown option -x'],
  ['gabarit lint surplus', 'too many arguments for gabarit lint: surplus\n  Usage: gabarit lint\n'],
  ['gabarit explain', 'gabarit explain needs FILE[:LINE]'],
  ['gabarit impact configuration', 'gabarit impact needs DATABASE KEY'],
  ['gabarit customize /etc/hosts', 'gabarit customize needs TEMPLATE FRAGMENT'],
  ['expand-template', 'missing template'],
  ['expand-template --dif /etc/hosts', 'unknown option --dif; did you mean "--diff"?'],
  ['expand-template --output= /etc/hosts', 'the option --output needs a value'],
  ['expand-template --output x /etc/hosts /etc/dehydrated/config', '--output takes one template'],
  ['expand-template --all /etc/hosts', '--all takes no template names'],
  ['gabarit letsencrypt', 'missing subcommand: gabarit letsencrypt SUBCOMMAND'],
  ['gabarit letsencrypt stauts', 'unknown subcommand "stauts" of gabarit letsencrypt; did you mean "status"?'],
  ['gabarit letsencrypt status --josn', 'unknown option --josn; did you mean "--json"?'],
  ['signal-event', 'signal-event needs EVENT [ARGUMENT...]'],
  ['signal-event --dryrun console-save', 'unknown option --dryrun; did you mean "--dry-run"?'],
]
for (const [command, said] of USAGE)
  help(`usage: ${command}`, () => {
    const { status, stdout, stderr } = box.run(command)
    assert.equal([status, stdout], [2, ''])
    assert.ok(stderr.includes(said), stderr)
  })

help('nothing was made by any of it', () => {
  assert.is(box.must(['find', '.', '-type', 'f']), '')
})

help('output that nobody reads to its end is no error', () => {
  const { status, stderr } = box.run(['sh', '-c', 'gabarit --help | head -n 1; gabarit lint --json | true'])
  assert.equal([status, stderr], [0, ''])
})

help.run()
