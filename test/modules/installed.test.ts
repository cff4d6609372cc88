// Modules of others, in good and bad faith: whatever is wrong with one is named, and the engine goes on.
import { chmodSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer } from '../support/change-server.ts'
import { Sandbox } from '../support/sandbox.ts'

const installed = suite('modules of others')
const ABOUT = { name: 'wiki', version: '2.1', description: 'A wiki thing', commands: { show: { summary: 'show it' } } }
const SHOW = '#!/bin/sh\necho "$# $*" root="$GABARIT_ROOT" json="$GABARIT_JSON"\n[ "$1" != fail ]\n'

/** A server with one module. */
function server(about: unknown = ABOUT): { box: Sandbox; put: (path: string, text: string, mode?: number) => string } {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  const put = (path: string, text: string, mode?: number) => box.write(`/etc/gabarit/modules/wiki/${path}`, text, mode)
  put('module.json', typeof about === 'string' ? about : JSON.stringify(about))
  put('commands/wiki-show', SHOW, 0o755)
  return { box, put }
}

interface Row {
  readonly name: string
  readonly version: string
  readonly folder: string | null
  readonly overrides: readonly string[]
  readonly overriddenBy: readonly string[]
  readonly problems: readonly string[]
}

/** What `gabarit modules` says of one. */
function moduleOf(box: Sandbox, name = 'wiki'): Row | undefined {
  return JSON.parse(box.run('gabarit modules --json').stdout).find((row: Row) => row.name === name)
}

const problemsOf = (box: Sandbox, name?: string) => moduleOf(box, name)?.problems.join('\n').replaceAll(box.root, '')
const doctor = (box: Sandbox, check: string) =>
  JSON.parse(box.run('gabarit doctor --json').stdout).find(({ id }: { id: string }) => id === check)

installed('ours are listed with the version of gabarit, and nothing is wrong with them', () => {
  const box = new Sandbox()
  const rows: Row[] = JSON.parse(box.must('gabarit modules --json'))
  const version = box.must('gabarit --version').trim()
  assert.equal(
    rows.map(row => [row.name, row.version, row.folder, row.problems.length]),
    ['backup', 'fleet', 'letsencrypt', 'openvpn', 'proxy', 'sites', 'sso'].map(name => [name, version, null, 0]),
  )
  box.remove()
})

installed('a plan tells what comes from a module that was added or removed', () => {
  const box = changeServer()
  box.must('signal-event change')
  const wiki = '/etc/gabarit/modules/wiki'
  box.write(`${wiki}/module.json`, JSON.stringify({ ...ABOUT, commands: {} }))
  box.write(`${wiki}/templates/etc/wiki.conf`, 'wiki\n')
  box.write(`${wiki}/events/change/templates2expand/etc/wiki.conf`, '')
  box.must('config setprop note text two')
  assert.match(box.must('signal-event --dry-run change'), '# /etc/wiki.conf (module wiki)\n')
  assert.match(box.must('signal-event change'), 'changed /etc/note\ncreated /etc/wiki.conf (module wiki)\n')
  rmSync(box.path(wiki), { recursive: true })
  box.must('config setprop note text three')
  assert.match(box.must('signal-event change'), 'changed /etc/note\nremoved /etc/wiki.conf (its template is gone)\n')
  box.remove()
})

installed('a command gets its words, the root and its exit status; help and completion know it', () => {
  const { box } = server()
  assert.is(problemsOf(box), '')
  assert.is(box.must('gabarit wiki show a -x --y=1 --json'), `3 a -x --y=1 root=${box.root} json=1\n`)
  assert.is(box.must(['gabarit', 'wiki', 'show', '--', '--json', 'a b']), `2 --json a b root=${box.root} json=\n`)
  assert.is(box.run('gabarit wiki show fail').status, 1)
  const elsewhere = { env: { GABARIT_ROOT: '/nowhere' } }
  assert.is(box.must('gabarit wiki show a'), `1 a root=${box.root} json=\n`)
  for (const line of [`gabarit --root ${box.root} wiki show`, `gabarit wiki show --root ${box.root}`])
    assert.is(box.must(line, elsewhere), `0  root=${box.root} json=\n`, line)
  assert.match(box.must('gabarit --help'), /^ {2}wiki +A wiki thing$/m)
  assert.match(box.must('gabarit help wiki'), /show +show it/)
  assert.match(box.must('gabarit wiki show --help'), 'gabarit wiki show')
  assert.match(box.must('gabarit complete -- gabarit wi'), 'wiki\n')
  assert.is(box.must(['gabarit', 'complete', '--', 'gabarit', 'wiki', '']), 'show\n')
  const slip = box.run('gabarit wiki shwo')
  assert.equal([slip.status, slip.stderr.includes('did you mean "show"')], [2, true])
  assert.match(box.run('gabarit wkii').stderr, 'did you mean "wiki"?')
  box.remove()
})

installed('a module of the site replaces one of a package as a whole', () => {
  const { box } = server()
  box.write('/usr/share/gabarit/modules/wiki/module.json', JSON.stringify({ ...ABOUT, version: '1.0' }))
  box.write('/usr/share/gabarit/modules/wiki/commands/wiki-old', SHOW, 0o755)
  assert.is(moduleOf(box)?.version, '2.1')
  assert.is(box.run('gabarit wiki old').status, 2)
  rmSync(box.path('/etc/gabarit/modules'), { recursive: true })
  assert.is(moduleOf(box)?.version, '1.0')
  assert.is(box.run('gabarit wiki old').status, 0)
  box.remove()
})

installed('fragments, records and events of a module lie between the shipped ones and those of the site', () => {
  const { box, put } = server()
  put('templates/etc/hosts/20Server', '127.0.0.9 module\n')
  put('templates/etc/wiki.conf/10a', 'color <%= config.wiki.Color %>\n')
  put('templates/etc/wiki.conf/20b', 'module\n')
  put('db/configuration/wiki.json', '{"type":"service","properties":{"Color":{"enum":["red","blue"],"default":"red"}}}')
  put('db/configuration/migrate/10-wiki.cjs', "module.exports = db => db.has('moved') || db.set('moved', 'yes')\n")
  put('events/wiki-update/templates2expand/etc/wiki.conf', '')
  put('events/host-modify/templates2expand/etc/wiki.conf', '')
  box.must('config set DomainName example.org')
  box.must('gabarit initialize-default-databases')
  assert.is(box.must('config getprop wiki Color'), 'red\n')
  assert.is(box.must('config get moved'), 'yes\n')
  assert.match(box.run('config setprop wiki Color bleu').stderr, 'did you mean "blue"')
  box.must('signal-event wiki-update')
  assert.is(box.read('/etc/wiki.conf').replace(/^#.*\n/gm, ''), 'color red\nmodule\n')
  assert.match(box.must('signal-event host-modify --dry-run'), '127.0.0.9 module')
  box.write('/etc/gabarit/templates-custom/etc/wiki.conf/20b', 'site\n')
  box.must('signal-event wiki-update')
  assert.match(box.read('/etc/wiki.conf'), 'color red\nsite\n')
  const row = moduleOf(box)
  assert.equal(
    row?.overrides.map(file => file.slice(file.indexOf('/templates/'))),
    ['/templates/etc/hosts/20Server'],
  )
  assert.equal(
    row?.overriddenBy.map(file => file.replace(box.root, '')),
    ['/etc/gabarit/templates-custom/etc/wiki.conf/20b'],
  )
  assert.match(box.must('gabarit overrides'), '/etc/gabarit/templates-custom/etc/wiki.conf/20b')
  box.remove()
})

const MALFORMED: readonly [about: unknown, said: RegExp][] = [
  ['{', /module\.json:1:2: this is not valid JSON/],
  ['[]', /it must be an object/],
  [{ ...ABOUT, name: 'wika' }, /"name" must be that of the folder, "wiki"/],
  [{ ...ABOUT, version: 'one' }, /"version" is missing or invalid/],
  [{ ...ABOUT, description: 'a\u001b[31m' }, /"description" must be a single-line string/],
  [{ ...ABOUT, descripton: 'x' }, /unknown key "descripton"; did you mean "description"/],
  [{ ...ABOUT, commands: [] }, /"commands" must be an object/],
  [{ ...ABOUT, commands: { '../x': {} } }, /the command "\.\.\/x" is malformed/],
  [{ ...ABOUT, commands: { show: { sumary: 'x' } } }, /unknown key "sumary"; did you mean "summary"/],
  [{ ...ABOUT, commands: { gone: {} } }, /there is no commands\/wiki-gone/],
  ['{"__proto__": {"name": "wiki"}, "version": "1", "description": "x"}', /unknown key "__proto__"/],
]
for (const [about, said] of MALFORMED)
  installed(`module.json: ${JSON.stringify(about).slice(0, 100)}`, () => {
    const { box } = server(about)
    assert.match(problemsOf(box) ?? '', said)
    assert.is(box.run('gabarit modules').status, 1)
    assert.match(box.run('gabarit lint').stdout.replaceAll(box.root, ''), said)
    assert.is(doctor(box, 'wiki/module.json').level, 'error')
    assert.is(box.run('gabarit wiki show').status, 0)
    box.must('expand-template /etc/hosts')
    box.remove()
  })

installed('what cannot be a command or a check is named', () => {
  const { box, put } = server()
  put('commands/wiki-plain', SHOW)
  put('commands/wiki-\u001b[2J', SHOW)
  put('commands/show', SHOW, 0o755)
  put('commands/wiki-A B', SHOW, 0o755)
  put('checks/Bad Name', '#!/bin/sh\necho "[]"\n', 0o755)
  mkdirSync(box.path('/etc/gabarit/modules/wiki/commands/wiki-folder'))
  symlinkSync('nowhere', box.path('/etc/gabarit/modules/wiki/commands/wiki-dangling'))
  symlinkSync('wiki-circle', box.path('/etc/gabarit/modules/wiki/commands/wiki-circle'))
  const said = problemsOf(box) ?? ''
  for (const name of ['wiki-plain', 'wiki-folder', 'wiki-dangling', 'wiki-circle'])
    assert.match(said, `commands/${name}: is not an executable file`)
  assert.match(said, /wiki-plain: is not an executable file\n {2}chmod 755 \S+wiki-plain/)
  for (const name of ['show', 'wiki-A B'])
    assert.match(said, `commands/${name}: the name of a command must be wiki-VERB`)
  assert.match(said, 'checks/Bad Name: the name of a check must look like')
  assert.match(said, 'commands/wiki-\\x1b[2J: is not an executable file')
  assert.is.not(said.includes('\u001b'), true)
  assert.is(box.must(['gabarit', 'complete', '--', 'gabarit', 'wiki', '']), 'show\n')
  box.remove()
})

installed('a folder that cannot be a module is named, or passed over', () => {
  const { box } = server()
  for (const name of ['Bad', 'a b', '__proto__', '-x', '.git', 'é']) mkdirSync(box.path(`/etc/gabarit/modules/${name}`))
  box.write('/etc/gabarit/modules/README', 'text')
  symlinkSync('circle', box.path('/etc/gabarit/modules/circle'))
  symlinkSync('/nowhere', box.path('/etc/gabarit/modules/dangling'))
  const { status, stdout, stderr } = box.run('gabarit modules')
  assert.is(status, 1)
  for (const name of ['Bad', 'a b', '__proto__', '-x', 'é'])
    assert.match(stderr, `modules/${name}: the name of a module`)
  assert.is.not(/\.git|README|circle|dangling/.test(stdout + stderr), true)
  box.remove()
})

installed('a module never takes the place of a command of gabarit', () => {
  const box = new Sandbox()
  for (const name of ['status', 'vpn', 'help', 'db']) {
    box.write(`/etc/gabarit/modules/${name}/module.json`, JSON.stringify({ ...ABOUT, name, commands: {} }))
    box.write(`/etc/gabarit/modules/${name}/commands/${name}-clients`, '#!/bin/sh\necho stolen\n', 0o755)
    assert.match(problemsOf(box, name) ?? '', `gabarit has its own command "${name}"`)
  }
  box.must('gabarit initialize-default-databases')
  box.must('config set DomainName example.org')
  for (const line of ['gabarit status', 'gabarit vpn clients', 'gabarit help', 'gabarit vpn --help'])
    assert.is.not(box.must(line).includes('stolen'), true, line)
  assert.match(box.run('gabarit db clients').stderr, 'db is a program of its own')
  box.remove()
})

const CHECKS: readonly [text: string, level: string, message: RegExp][] = [
  ['echo "[]"', 'ok', /found no problems/],
  ['echo \'[{"level":"warning","message":"low","command":"fill it"}]\'', 'warning', /^low$/],
  ['echo garbage', 'error', /must print a list/],
  ['echo \'{"level":"ok","message":"x"}\'', 'error', /must print a list/],
  ['echo \'[{"level":"fatal","message":"x"}]\'', 'error', /must print a list/],
  ["echo '[null]'", 'error', /must print a list/],
  ['echo "[]"; echo cannot >&2; exit 3', 'error', /exit status 3: cannot/],
  ['printf \'[{"level":"ok","message":"\\\\u001b[2J"}]\'', 'ok', /^\\x1b\[2J$/],
  ['yes', 'error', /printed more than 1000000 bytes and was killed/],
  ['kill -9 $$', 'error', /was killed by SIGKILL/],
  ['trap "" TERM; sleep 60', 'error', /did not end within 10 s and was killed/],
]
installed('whatever a check does, it is one finding', () => {
  const { box, put } = server()
  box.must('config set DomainName example.org')
  for (const [index, [text]] of CHECKS.entries()) put(`checks/check-${index}`, `#!/bin/sh\n${text}\n`, 0o755)
  put('checks/no-interpreter', '#!/nowhere/sh\n', 0o755)
  const found = JSON.parse(box.run('gabarit doctor --json').stdout)
  for (const [index, [text, level, message]] of [...CHECKS, ['', 'error', /not found/] as const].entries()) {
    const id = index < CHECKS.length ? `wiki/check-${index}` : 'wiki/no-interpreter'
    const [finding] = found.filter((one: { id: string }) => one.id === id)
    assert.is(finding?.level, level, text)
    assert.match(finding?.message, message)
  }
  box.write('/etc/gabarit/doctor-ignore.json', '[{"id":"wiki/check-2","reason":"known","until":"2999-12-31"}]')
  rmSync(box.path('/etc/gabarit/modules/wiki/checks/check-10'))
  assert.match(box.run('gabarit doctor').stdout, 'ignored  wiki/check-2: until 2999-12-31: known')
  assert.is(box.run('gabarit status').status, 0)
  box.remove()
})

const UNSAFE: readonly [path: string, command: string, status: number][] = [
  ['commands/wiki-show', 'gabarit wiki show', 3],
  ['commands', 'gabarit wiki show', 3],
  ['', 'gabarit wiki show', 3],
  ['..', 'gabarit wiki show', 3],
  ['templates/etc/wiki.conf', 'expand-template /etc/wiki.conf', 3],
  ['templates/etc/wiki.conf/template.json', 'expand-template /etc/wiki.conf', 3],
  ['templates', 'signal-event wiki-update', 3],
  ['events/wiki-update/S10go', 'signal-event wiki-update', 1],
  ['db/configuration/migrate/10-wiki.cjs', 'gabarit initialize-default-databases', 1],
]
for (const [path, command, wanted] of UNSAFE)
  installed(`a part that others may change is refused: ${path || 'the module'}`, () => {
    const { box, put } = server()
    put('templates/etc/wiki.conf/10a', 'a\n')
    put('templates/etc/wiki.conf/template.json', '{}')
    put('events/wiki-update/templates2expand/etc/wiki.conf', '')
    put('events/wiki-update/S10go', '#!/bin/sh\ntouch "$GABARIT_ROOT/went"\n', 0o755)
    put('db/configuration/migrate/10-wiki.cjs', 'module.exports = () => undefined\n')
    box.must(command)
    rmSync(box.path('/went'), { force: true })
    chmodSync(box.path(`/etc/gabarit/modules/wiki/${path}`), 0o777)
    const { status, stdout, stderr } = box.run(command)
    assert.is(status, wanted, stderr)
    assert.match(stdout + stderr, 'this part of a module is writable by everybody')
    assert.match(stdout + stderr, /chmod go-w/)
    assert.not(box.exists('/went'))
    for (const line of ['expand-template /etc/hosts', 'db hosts show', 'gabarit status', 'gabarit managed'])
      assert.ok([0, 1].includes(box.run(line).status), line)
    assert.is.not(box.run('gabarit lint').stderr.includes('bug in gabarit'), true)
    box.remove()
  })

installed(
  'a table of checkers that is malformed, or that others may change, is refused: its files would go unchecked',
  () => {
    const { box, put } = server()
    const table = put('checkers/well-known.json', '[{"files": ["/etc/hosts"], "commands": [["true"]]}]')
    box.must('expand-template /etc/hosts')
    box.must('config set SystemName other')
    chmodSync(table, 0o666)
    assert.match(box.run('expand-template /etc/hosts').stderr, 'this part of a module is writable by everybody')
    put('checkers/well-known.json', '[{"files": "/etc/hosts", "commands": [["true"]]}]')
    const { status, stderr } = box.run('expand-template /etc/hosts')
    assert.is(status, 3)
    assert.match(stderr, /well-known\.json: .*"files" is not a list/)
    box.must('config set SystemName third')
    rmSync(table)
    box.must('expand-template /etc/hosts')
    box.remove()
  },
)

installed.run()
