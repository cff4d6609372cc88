import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN, Sandbox } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'

const handlers = suite('handlers of events')

/** A server with an event `probe` whose handlers write down how they were called. */
class Server extends Sandbox {
  readonly folder = '/etc/gabarit/events/probe'

  /** A handler that writes its name, event and arguments to /log, one field a line. */
  handler(name: string, text = '', mode = 0o755): void {
    this.write(
      `${this.folder}/${name}`,
      `#!/bin/sh\nprintf '%s\\n' "\${0##*/}" "$@" >> "$GABARIT_ROOT/log"\n${text}`,
      mode,
    )
  }

  log(): string[] {
    return this.exists('/log') ? this.read('/log').trimEnd().split('\n') : []
  }

  /** The names of the handlers that ran, in order. */
  ran(): string[] {
    return this.log().filter(word => word !== 'probe')
  }
}

const ORDER = [
  '.hidden',
  '00first',
  'K10kill',
  'README',
  'S05a',
  'S100y',
  'S10X',
  'S10x',
  'S90z',
  'S9w',
  's20lower',
  'zz',
]

handlers('whatever their name, in byte order', () => {
  const server = new Server()
  for (const name of ORDER.toReversed()) server.handler(name)
  mkdirSync(server.path(`${server.folder}/S50folder`))
  server.must('signal-event probe')
  assert.equal(server.ran(), ORDER)
  server.remove()
})

handlers('expansion stands at S05generic_template_expand, services at S90adjust-services', () => {
  const server = new Server()
  const look = `if [ -e "$GABARIT_ROOT/etc/made" ]; then echo made; else echo none; fi >> "$GABARIT_ROOT/log"\n`
  for (const name of ['S05a', 'S05generic', 'S05generic_template_expanded', 'S06b']) server.handler(name, look)
  server.write('/etc/gabarit/templates/etc/made', 'x\n')
  server.write(`${server.folder}/templates2expand/etc/made`, '')
  server.write(`${server.folder}/services2adjust/probe`, 'restart\n')
  server.handler('S90a', 'echo before\n')
  server.handler('S90b', 'echo after\n')
  server.must('config set probe service status enabled')
  const { stdout, stderr } = server.run('signal-event probe')
  assert.equal(server.ran().slice(0, 8), [
    'S05a',
    'none',
    'S05generic',
    'none',
    'S05generic_template_expanded',
    'made',
    'S06b',
    'made',
  ])
  const { stdout: both } = server.run(['sh', '-c', 'signal-event probe 2>&1'])
  const lines = both.split('\n')
  const adjusted = lines.findIndex(line => line.includes('restart probe'))
  assert.ok(lines.indexOf('S90a: before') < adjusted, both)
  assert.ok(adjusted !== -1 && adjusted < lines.indexOf('S90b: after'), both)
  assert.match(stdout, 'created /etc/made')
  assert.match(stderr, 'S90b: after')
  server.remove()
})

handlers('what is not executable, dangles or is a folder is skipped, and is no failure', () => {
  const server = new Server()
  server.handler('S10plain', '', 0o644)
  server.handler('S20runs')
  mkdirSync(server.path('/elsewhere'))
  symlinkSync('nowhere', server.path(`${server.folder}/S30dangling`))
  symlinkSync(server.path('/elsewhere'), server.path(`${server.folder}/S40folder`))
  const { status, stderr } = server.run('signal-event probe')
  assert.is(status, 0)
  assert.equal(server.ran(), ['S20runs'])
  const plain = server.path(`${server.folder}/S10plain`)
  const note = `warning: ${plain} is not executable, so it does not run: chmod +x ${plain}\n`
  assert.is(stderr.split(note).length, 2, stderr)
  assert.match(server.run('gabarit lint').stdout, note)
  server.remove()
})

handlers('a link runs under its own name', () => {
  const server = new Server()
  server.write('/etc/gabarit/events/actions/act', `#!/bin/sh\necho "\${0##*/}" >> "$GABARIT_ROOT/log"\n`, 0o755)
  mkdirSync(server.path(server.folder), { recursive: true })
  symlinkSync('../actions/act', server.path(`${server.folder}/S10named`))
  server.must('signal-event probe')
  assert.equal(server.ran(), ['S10named'])
  server.remove()
})

handlers('arguments arrive unchanged', () => {
  const server = new Server()
  server.handler('S10')
  const hostile = [
    '',
    ' a  b ',
    '$(id)',
    '`id`',
    '\'"',
    '*',
    '\\',
    'x\\n',
    'é 漢',
    '#',
    ';',
    '&&',
    '007',
    '1e3',
    'a=b',
    '-',
    'true',
    '{}',
  ]
  server.must(['signal-event', 'probe', ...hostile])
  assert.equal(server.read('/log'), ['S10', 'probe', ...hostile].map(word => `${word}\n`).join(''))
  server.remove()
})

handlers('behind -- everything is an argument; before it an unknown option is a usage error', () => {
  const server = new Server()
  server.handler('S10')
  server.must(['signal-event', 'probe', 'a', '--', '--dry-run', '-x', '--', '-5', 'a\nb'])
  assert.is(server.read('/log'), 'S10\nprobe\na\n--dry-run\n-x\n--\n-5\na\nb\n')
  for (const word of ['--nonsense', '-x']) assert.is(server.run(['signal-event', 'probe', word]).status, 2, word)
  server.remove()
})

handlers('one that fails or is killed: the event fails, the later ones run', () => {
  const server = new Server()
  server.handler('S10', 'exit 7\n')
  server.handler('S20', 'kill -9 $$\n')
  server.handler('S30')
  const { status, stderr } = server.run('signal-event probe')
  assert.is(status, 1)
  assert.match(stderr, 'S10 failed: exit status 7')
  assert.match(stderr, 'S20 failed: was killed by SIGKILL')
  assert.equal(server.ran(), ['S10', 'S20', 'S30'])
  server.remove()
})

handlers('no interpreter line: sh; an interpreter that is missing: a failure that says so, and each runs once', () => {
  const server = new Server()
  server.write(`${server.folder}/S10`, 'echo "plain $1" >> "$GABARIT_ROOT/log"\n', 0o755)
  server.write(`${server.folder}/S20`, '#!/no/such/interpreter\n', 0o755)
  server.write(`${server.folder}/S25`, '', 0o755)
  server.handler('S30')
  const { status, stderr } = server.run('signal-event probe')
  assert.is(status, 1)
  assert.match(stderr, /S20 failed: .*not found.*interpreter/)
  assert.equal(server.ran(), ['plain probe', 'S30'])
  server.remove()
})

handlers('its environment: the root, the event, our commands first on PATH, and no terminal to read from', () => {
  const server = new Server()
  const text =
    'config set seen "$GABARIT_EVENT"; cat > "$GABARIT_ROOT/stdin"; dirname "$(command -v db)" > "$GABARIT_ROOT/bin"\n'
  server.handler('S10', text)
  server.must('signal-event probe', { input: 'not for the handler', cwd: '/' })
  assert.is(server.must('config get seen'), 'probe\n')
  assert.is(server.read('/stdin'), '')
  assert.is(server.read('/bin').trim(), BIN)
  server.remove()
})

handlers('a site handler replaces a shipped one of the same name; one that is not executable switches it off', () => {
  const server = new Server()
  const folder = '/etc/gabarit/events/nginx-update'
  server.must('config set DomainName example.org')
  server.must('gabarit initialize-default-databases')
  server.write(`${folder}/S85nginx-container`, '#!/bin/sh\necho own\n', 0o755)
  assert.match(server.run('signal-event nginx-update').stderr, 'S85nginx-container: own')
  server.write(`${folder}/S85nginx-container`, '', 0o644)
  assert.not.match(server.must('signal-event --json nginx-update'), 'S85nginx-container')
  server.remove()
})

/** Whether a process runs; one that nobody has waited for does not. */
function isAlive(pid: string): boolean {
  const file = `/proc/${pid}/stat`
  return existsSync(file) && !/\) Z/.test(readFileSync(file, 'utf8'))
}

handlers('one that does not end is killed at the time limit, with its children', async () => {
  const server = new Server()
  server.handler('S10', 'sleep 61 & echo $! > "$GABARIT_ROOT/pid"; sleep 60\n')
  server.handler('S20')
  const { status, stderr } = server.run('signal-event probe', { env: { GABARIT_ACTION_TIMEOUT: '1' } })
  assert.is(status, 1)
  assert.match(stderr, 'S10 failed: did not end within 1 s and was killed')
  assert.equal(server.ran(), ['S10', 'S20'])
  await waitFor('the child to be killed', () => !isAlive(server.read('/pid').trim()))
  server.remove()
})

handlers('a child in the background that holds the output does not hold up the event', () => {
  const server = new Server()
  server.handler('S10', 'sleep 30 & echo $! > "$GABARIT_ROOT/pid"; echo said\n')
  const { status, stderr } = server.run('signal-event probe', { timeoutSeconds: 15 })
  assert.is(status, 0)
  assert.match(stderr, 'S10: said')
  server.run(['kill', server.read('/pid').trim()])
  server.remove()
})

handlers('lines of output arrive whole, those of both streams apart', () => {
  const server = new Server()
  server.handler('S10', 'printf "out "; printf "err\\n" >&2; sleep 0.2; printf "put\\n"; printf "no newline"\n')
  const lines = server.run('signal-event probe').stderr.split('\n')
  for (const line of ['S10: err', 'S10: out put', 'S10: no newline']) assert.ok(lines.includes(line), lines.join('|'))
  server.remove()
})

handlers('names that are no events: exit 2, nothing run, the nearest named', () => {
  const server = new Server()
  server.handler('S10')
  server.write('/etc/gabarit/events/actions/x', '#!/bin/sh\ntouch "$GABARIT_ROOT/bad"\n', 0o755)
  server.write('/etc/gabarit/x/S10', '#!/bin/sh\ntouch "$GABARIT_ROOT/bad"\n', 0o755)
  for (const name of ['../x', 'probe/../probe', '..', '.', 'actions', '/etc', 'probe/', 'a b']) {
    const { status, stderr, stdout } = server.run(['signal-event', name])
    assert.is(status, 2, name)
    assert.match(stderr, `there is no event "${name}"`)
    assert.is(stdout, '')
  }
  assert.match(server.run('signal-event prob').stderr, 'did you mean "probe"?')
  assert.match(server.run('signal-event console-sav').stderr, 'did you mean "console-save"?')
  for (const command of [['signal-event'], ['signal-event', '']]) assert.is(server.run(command).status, 2)
  assert.equal([server.log(), server.exists('/bad')], [[], false])
  server.remove()
})

handlers.run()
