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
  const shown = (summary: string) => overview.includes(summary)
  for (const { name, summary, hidden } of COMMANDS) assert.is(shown(summary), hidden !== true, name)
  for (const { command, options = [], examples } of ALL) {
    const text = box.must(['gabarit', ...command, '--help'])
    const name = command.join(' ')
    assert.ok(examples.length > 0 && text.includes('Examples:'), name)
    for (const [line] of examples) assert.ok(text.includes(line), `${name}: ${line}`)
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

help('on a narrow terminal no description is broken by the edge', () => {
  const typed = (command: string) => box.must(['script', '-qec', `stty cols 50; ${command}`, '/dev/null'])
  for (const command of ['gabarit --help', 'db --help', 'gabarit history --help'])
    for (const line of typed(command)
      .split(/\r?\n/)
      .filter(line => line.startsWith('     ')))
      assert.ok(line.length <= 50, line)
})

help('version is --version', () => {
  for (const command of ['gabarit version', 'gabarit help version'])
    assert.is(box.must(command), box.must('gabarit --version'))
})

help('-h is --help', () => {
  for (const command of [
    'gabarit',
    'gabarit lint',
    'gabarit backup list',
    'gabarit letsencrypt setup',
    'signal-event',
    'db',
    'config',
  ])
    assert.is(box.must(`${command} -h`), box.must(`${command} --help`))
  assert.is(box.must('gabarit -h lint'), box.must('gabarit help lint'))
  assert.equal(box.run('db hosts getprop a -h'), { status: 1, stdout: '', stderr: '' }, 'data')
  assert.equal(box.run('db hosts get -- -h'), { status: 1, stdout: '', stderr: '' }, 'data')
})

/** All ways to ask for the same help. */
const HELP: readonly (readonly [first: string, ...others: string[]])[] = [
  ['gabarit --help', 'gabarit help', 'gabarit help help', 'gabarit help -h'],
  ['gabarit lint --help', 'gabarit help lint', 'gabarit lint help', 'gabarit -h lint'],
  ['gabarit vpn --help', 'gabarit vpn help', 'gabarit help vpn', 'gabarit vpn -h'],
  ['gabarit vpn profile --help', 'gabarit vpn help profile', 'gabarit help vpn profile', 'gabarit vpn profile help'],
  ['signal-event --help', 'signal-event help'],
  ['config --help', 'config help', 'config -h'],
  ['db --help', 'db help', 'db hosts --help', 'db -h'],
  ['config show --help', 'config help show', 'config show -h', 'config --help show'],
  ['db --help show', 'db help show', 'db hosts show -h', 'db hosts show --help'],
  ['config set --help', 'config help set', 'config set -h'],
]
for (const [first, ...others] of HELP)
  help(`${first}: ${others.join(', ')}`, () => {
    const text = box.must(first)
    assert.match(text, /usage: /i)
    for (const other of others) assert.is(box.must(other), text, other)
  })

help('what has no help says what is there', () => {
  for (const command of ['gabarit vpn profle --help', 'gabarit help vpn profle', 'gabarit vpn help profle'])
    assert.match(box.run(command).stderr, 'unknown subcommand "profle" of gabarit vpn; did you mean "profile"?')
  for (const command of ['config help shwo', 'config shwo --help', 'db hosts shwo -h'])
    assert.match(box.run(command).stderr, 'unknown verb "shwo"; did you mean "show"?')
  assert.match(box.run('gabarit hekp').stderr, 'did you mean "help"?')
})

help('a subcommand that only programs call is not in the help, but has one', () => {
  assert.not.match(box.must('gabarit letsencrypt --help'), 'hook')
  assert.not.match(box.run('gabarit letsencrypt').stderr, 'hook')
  assert.match(box.must('gabarit letsencrypt hook --help'), 'Usage: gabarit letsencrypt hook')
})

help('commands are grouped by what they are for; those that only programs call are hidden', () => {
  const overview = box.must('gabarit --help')
  const titles = ['See what is', 'Make changes real', 'going back', 'Your own fragments', 'Services', 'Set up']
  const places = titles.map(title => overview.indexOf(title))
  assert.equal(
    places.filter(place => place > 0),
    [...places].sort((a, b) => a - b),
  )
  for (const name of ['judge', 'complete', 'act']) {
    assert.not.match(overview, new RegExp(`^  ${name} `, 'm'))
    assert.match(box.must(`gabarit ${name} --help`), `Usage: gabarit ${name}`)
  }
})

help('options come before or after the command', () => {
  for (const [before, after] of [
    ['gabarit --json lint', 'gabarit lint --json'],
    ['gabarit --limit 3 --json history', 'gabarit history --json --limit 3'],
    ['gabarit --json vpn status', 'gabarit vpn status --json'],
    ['gabarit vpn --json status', 'gabarit vpn status --json'],
    ['db --json own show', 'db own --json show'],
    ['db --json own show', 'db own show --json'],
    ['config --json keys', 'config keys --json'],
  ] as const)
    assert.equal(box.run(before), box.run(after), before)
})

help('a verb that changes something takes everything after it as data, and no verb takes a root there', () => {
  const own = new Sandbox()
  own.must('db own set a b --json --reveal')
  assert.is(own.must('db own getprop a -- --json'), '--reveal\n')
  assert.match(own.run('db own get --json').stderr, 'KEY is missing')
  assert.is(own.run('db own getprop --root=/ x').stdout, '')
  own.remove()
})

const USAGE: readonly (readonly [command: string, said: string])[] = [
  ['gabarit', 'missing command\n  Usage: gabarit COMMAND [OPTIONS] [ARGUMENTS]\n'],
  ['gabarit explan /etc/hosts', 'unknown command "explan"; did you mean "explain"?\n  Usage: gabarit COMMAND'],
  ['gabarit config show', 'config is a program of its own\n  Without gabarit in front: config --help\n'],
  ['gabarit help db', 'db is a program of its own'],
  ['gabarit --josn', 'missing command'],
  ['gabarit --josn lint', 'unknown option --josn; did you mean "--json"?\n  Usage: gabarit lint [OPTIONS]\n'],
  ['gabarit lint --josn', 'unknown option --josn; did you mean "--json"?'],
  ['gabarit lint -x', 'unknown option -x'],
  ['gabarit rollback -1', 'unknown option -1'],
  ['gabarit rollback --no-dry-run', 'unknown option --no-dry-run; did you mean "--dry-run"?'],
  ['signal-event --dry-run=yes console-save', 'the option --dry-run takes no value'],
  ['gabarit lint --json=true', 'the option --json takes no value'],
  ['gabarit history --limit', 'the option --limit needs a value'],
  ['gabarit history --limit --json', 'the option --limit needs a value'],
  ['gabarit lint surplus', 'too many arguments for gabarit lint: surplus\n  Usage: gabarit lint [OPTIONS]\n'],
  ['gabarit explain', 'gabarit explain needs FILE[:LINE]\n  Usage: gabarit explain [OPTIONS] FILE[:LINE]\n'],
  ['gabarit impact configuration', 'gabarit impact needs DATABASE KEY'],
  ['gabarit customize /etc/hosts', 'gabarit customize needs TEMPLATE FRAGMENT, unless it translates\n'],
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
    assert.ok(stderr.split('\n').length < 6, 'the usage of one command, not a list of all')
  })

help('nothing was made by any of it', () => {
  assert.is(box.must(['find', '.', '-type', 'f']), '')
})

help('output that nobody reads to its end is no error', () => {
  const { status, stderr } = box.run(['sh', '-c', 'gabarit --help | head -n 1; gabarit lint --json | true'])
  assert.equal([status, stderr], [0, ''])
})

help.run()
