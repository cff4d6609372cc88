import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'
import type { Sandbox } from '../support/sandbox.ts'

const secrets = suite('secrets in the history')

/** Files below the history whose bytes hold a text. */
function filesWith(box: Sandbox, text: string): string[] {
  return ['history', 'objects', 'written'].flatMap(folder =>
    readdirSync(box.path(`/var/lib/gabarit/${folder}`), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .filter(file => readFileSync(file).includes(text)),
  )
}

const AWKWARD = 'it\'s "quoted" \\ & $odd'

secrets('are never there in clear: not in files, databases, what replaced them, or what a checker said', () => {
  const box = changeServer()
  box.must('signal-event change')
  assert.match(box.read('/etc/vault'), 'opensesame')
  // The file that is replaced now holds a secret that no database knows any more.
  box.must(['config', 'setprop', 'vault', 'Password', AWKWARD, 'Hint', 'the word opensesame2 was it'])
  box.must('signal-event change')
  assert.match(box.must(`gabarit show ${newestEntry(box).id}`), '/etc/vault: only a secret value differs')
  box.must('config setprop vault Password third-secret')
  box.write('/etc/gabarit/checks.d/talks', '#!/bin/sh\necho "I saw third-secret"; exit 1\n', 0o755)
  assert.is(box.run('signal-event change').status, 3)
  box.must(['rm', box.path('/etc/gabarit/checks.d/talks')])
  box.must('signal-event change')
  assert.ok(filesWith(box, 'password ').length > 2, 'the file itself is kept')
  for (const secret of ['opensesame\n', AWKWARD, 'odd', 'third-secret'])
    assert.equal(filesWith(box, secret), [], secret)
  const { id } = newestEntry(box)
  for (const command of [`gabarit show ${id}`, 'gabarit history --json', 'gabarit diff 1', 'config log vault'])
    for (const secret of ['opensesame\n', 'odd', 'third-secret'])
      assert.not.match(box.must(command), secret, `${command}: ${secret}`)
  box.remove()
})

/** Fragments that make something of the secret, and what of it must not be seen. */
const DERIVED = (secret: string): readonly (readonly [fragment: string, trace: string])[] => [
  [
    'Basic <%= Buffer.from("user:" + word).toString("base64") %>',
    Buffer.from(`user:${secret}`).toString('base64').slice(8, -4),
  ],
  ['url <%= encodeURIComponent(word) %>', encodeURIComponent(secret)],
  ['hex <%= Buffer.from(word).toString("hex") %>', Buffer.from(secret).toString('hex')],
  ['part <%= word.slice(0, 5) %>', secret.slice(0, 5)],
  ['turned <%= [...word].reverse().join("") %>', [...secret].reverse().join('')],
  ['<% try { JSON.parse(word) } catch (error) { %>\n# <%= error.message %>\n<% } %>', secret.slice(1, 6)],
]

secrets('what a fragment makes of one is seen nowhere', () => {
  const secret = 'Zq7/Xw 9?kTv'
  for (const [fragment, trace] of DERIVED(secret)) {
    const box = changeServer()
    box.must(['config', 'setprop', 'vault', 'Password', secret])
    const template = (text: string) =>
      box.write('/etc/gabarit/templates/etc/vault', `<% const word = config.vault.Password %>\n${text}\n`)
    box.write('/etc/gabarit/checks.d/keeps', '#!/bin/sh\ncat > "$GABARIT_ROOT/asked"\n', 0o755)
    const said: string[] = []
    for (const line of ['one', 'two']) {
      template(`${line}\n${fragment}`)
      for (const command of ['signal-event --dry-run change', 'gabarit diff', 'signal-event change'])
        said.push(Object.values(box.run(command)).join('\n'))
      said.push(box.read('/asked'))
    }
    // Whether an error quotes its text, the runtime decides.
    if (!fragment.includes('error.message')) assert.match(box.read('/etc/vault'), trace)
    assert.not.match(said.join('\n'), trace, fragment)
    assert.equal(filesWith(box, trace), [], fragment)
    box.remove()
  }
})

secrets('what encodes one is put back by a rollback', () => {
  const box = changeServer()
  const template = (text: string) => box.write('/etc/gabarit/templates/etc/vault', text)
  template('<%= Buffer.from("me:" + config.vault.Password).toString("base64") %>\n')
  box.must('signal-event change')
  const vault = box.read('/etc/vault')
  template('changed\n')
  box.must('signal-event change')
  box.must(['gabarit', 'rollback', String(newestEntry(box).id - 1)])
  assert.is(box.read('/etc/vault'), vault)
  box.remove()
})

/** Fragments that fail or warn with something made of a secret called `word`. */
const TELLING = [
  'throw new Error(word)',
  'throw new Error(word.toUpperCase())',
  'fail([...word].reverse().join(""))',
  'fail(Buffer.from(word).toString("hex").slice(2))',
  'fail(Buffer.from("a" + word).toString("base64"))',
  'throw word.slice(1)',
  'BigInt(word)',
  'JSON.parse(word)',
  'null[word.slice(1)]',
  'config[word.slice(1)].x',
  'if (word.startsWith("p")) fail("it begins with p")',
  'warn(word.toUpperCase())',
]

secrets('what a fragment says of one is not shown, nor kept', () => {
  for (const [secret, codes] of [
    ['pOssenreißer', TELLING],
    ['пароль-p', TELLING.slice(0, 3)],
  ] as const) {
    const box = changeServer()
    box.must('signal-event change')
    box.must(['config', 'setprop', 'vault', 'Password', secret])
    for (const code of codes) {
      box.write('/etc/gabarit/templates/etc/vault', `\n<% const word = config.vault.Password\n${code} %>\n`)
      const said = ['signal-event change', 'signal-event --json change', 'gabarit lint']
        .map(command => Object.values(box.run(command)).join('\n'))
        .join('\n')
      // Whether an error of its own quotes a text, the runtime decides.
      const isOwn = /^(BigInt|JSON|null|config)/.test(code)
      if (!isOwn && (!code.startsWith('if') || secret.startsWith('p')))
        assert.match(said, code.startsWith('warn') ? 'a warning of /etc/vault is not shown' : NOT_SHOWN, code)
      const parts = [secret.slice(1), secret.slice(1).toUpperCase(), [...secret].reverse().join('').slice(0, -1)]
      const forms = [Buffer.from(secret).toString('hex').slice(2), Buffer.from(`a${secret}`).toString('base64')]
      for (const form of [...parts, ...forms, 'begins with p\n  ']) {
        assert.not.match(said, form, code)
        assert.equal(filesWith(box, form), [], code)
      }
    }
    box.remove()
  }
})

const NOT_SHOWN = /etc\/vault(:\d+)*: this fragment fails, but its message is not shown, because it depends on a secret/

secrets('what a fragment that reads one says without it is shown', () => {
  const box = changeServer()
  box.write('/etc/gabarit/templates/etc/vault', '<% if (config.vault.Password.length < 99)\n fail("too short") %>\n')
  assert.match(box.run('signal-event change').stderr, /^too short\n {2}Refused by .*etc\/vault:2:\d+\n/)
  box.write('/etc/gabarit/templates/etc/vault', '<% warn("take care") %><%= config.vault.Password %>\n')
  assert.match(box.run('signal-event change').stderr, /^warning: take care\n$/)
  box.remove()
})

secrets('a file edited by hand that held a secret of the past is not kept at all', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.write('/etc/vault', 'password opensesame\nmine\n', 0o600)
  box.must('config setprop vault Password another')
  box.run('signal-event change')
  assert.equal(filesWith(box, 'opensesame'), [])
  box.remove()
})

secrets('a secret that reads like a part of a database harms nothing', () => {
  const box = changeServer()
  for (const secret of ['properties', 'type', 'vault', '    ', '"type"', 'text']) {
    box.must(['config', 'setprop', 'vault', 'Password', secret])
    box.must(['config', 'setprop', 'note', 'text', `note about ${secret}`])
    assert.is(box.run('signal-event change').status, 0, secret)
    box.must('gabarit status')
  }
  const { id } = newestEntry(box)
  box.must('config setprop note text other')
  box.must('signal-event change')
  box.must(['gabarit', 'rollback', String(id)])
  assert.is(box.must('config getprop note text'), 'note about text\n')
  assert.is(box.must('config getprop vault Password'), 'text\n')
  box.remove()
})

secrets('an unchanged one is put back by a rollback; with a changed one it is refused and says so', () => {
  const box = changeServer()
  box.must(['config', 'setprop', 'vault', 'Password', AWKWARD])
  box.must('signal-event change')
  const { id } = newestEntry(box)
  const vault = box.read('/etc/vault')
  box.write('/etc/gabarit/templates/etc/vault', '# new layout\npassword <%= config.vault?.Password %>\n')
  box.must('config setprop note text two')
  box.must('signal-event change')
  assert.is.not(box.read('/etc/vault'), vault)
  box.must(['gabarit', 'rollback', String(id)])
  assert.is(box.read('/etc/vault'), vault)
  assert.is(box.must('config getprop vault Password'), `${AWKWARD}\n`)
  // Not a word of the message: what is secret is taken out of messages too.
  box.must('config setprop vault Password an-other-one')
  box.must('signal-event change')
  const { status, stderr } = box.run(['gabarit', 'rollback', String(id)])
  assert.is(status, 3)
  assert.match(stderr, 'contained a secret that has changed since')
  assert.match(box.read('/etc/vault'), 'an-other-one')
  box.must(['config', 'setprop', 'vault', 'Password', AWKWARD])
  box.must(['gabarit', 'rollback', String(id)])
  assert.is(box.read('/etc/vault'), vault)
  box.remove()
})

secrets('one that an action sets before the files are made is in no history, archive or message', () => {
  const box = changeServer()
  box.must('signal-event change')
  mkdirSync(box.path('/srv'))
  box.must('config set gabarit settings Archive /srv/archive.git')
  box.write('/etc/gabarit/events/change/S01say', '#!/bin/sh\necho nothing of note\n', 0o755)
  const fresh = 'brand"new$ecret'
  const script = `#!/bin/sh\nconfig setprop vault Password '${fresh}'\necho 'it is ${fresh}'\n`
  box.write('/etc/gabarit/events/change/S02new', script, 0o755)
  const { status, stdout, stderr } = box.run('signal-event change')
  assert.is(status, 0, stderr)
  assert.not.match(`${stdout}${stderr}`, fresh)
  assert.match(stderr, 'S02new: it is ********')
  assert.match(box.read('/etc/vault'), fresh)
  for (const folder of ['/var/lib/gabarit/history', '/var/lib/gabarit/objects', '/var/lib/gabarit/written'])
    for (const known of [fresh, 'opensesame'])
      assert.is(box.run(['grep', '-rlF', known, box.path(folder)]).stdout, '', `${folder}: ${known}`)
  const log = box.run(['git', `--git-dir=${box.path('/srv/archive.git')}`, 'log', '-p', 'main'])
  assert.not.match(log.stdout, fresh)
  box.remove()
})

secrets('a rollback that takes a secret away does not print it', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.must(['config', 'set', 'second', 'service'])
  box.write('/etc/gabarit/db/configuration/second.json', JSON.stringify({ properties: { Password: { secret: true } } }))
  box.must(['config', 'setprop', 'second', 'Password', AWKWARD])
  box.must('signal-event change')
  for (const options of [['--dry-run'], []]) {
    const { status, stdout, stderr } = box.run(['gabarit', 'rollback', '1', ...options])
    assert.is(status, 0, stderr)
    assert.match(stdout, '- configuration second Password (was "********")')
    assert.not.match(`${stdout}${stderr}`, 'quoted')
  }
  box.remove()
})

secrets('a file that was edited and holds a secret that has changed since is not shown', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.must('config setprop vault Password another-one')
  box.write('/etc/vault', `${box.read('/etc/vault')}mine\n`)
  for (const command of [
    'signal-event change --dry-run',
    'signal-event change --dry-run --json',
    'gabarit diff 1',
    'gabarit restore --dry-run /etc/vault',
  ]) {
    const { stdout, stderr } = box.run(command)
    assert.match(stdout, '********', command)
    assert.not.match(`${stdout}${stderr}`, /opensesame|another-one/, command)
  }
  box.must('signal-event change')
  box.write('/etc/vault', `${box.read('/etc/vault')}mine\n`)
  assert.match(box.must('signal-event change --dry-run'), '-mine\n', 'the present secret is known')
  box.remove()
})

secrets('a database that is damaged uncovers no secret of another one', () => {
  const box = changeServer()
  box.must('db sites set one site title One')
  const properties = { title: {}, Token: { secret: true } }
  box.write('/etc/gabarit/db/sites/@site.json', JSON.stringify({ properties }))
  const fragment = '<% throw new Error("not with " + config.vault.Password) %>\n'
  box.write('/etc/gabarit/templates/etc/vault', fragment)
  box.write('/var/lib/gabarit/db/sites.json', 'damaged')
  const { status, stderr } = box.run('expand-template --diff /etc/vault')
  assert.is(status, 3)
  assert.match(stderr, NOT_SHOWN)
  assert.not.match(stderr, 'opensesame')
  box.remove()
})

secrets('who only looks at a file that is replaced makes no key for it', () => {
  const box = changeServer()
  box.write('/etc/note', 'opensesame is here\n')
  assert.match(box.must('signal-event change --dry-run'), '-******** is here')
  assert.not(box.exists('/var/lib/gabarit/masking-key'))
  box.remove()
})

secrets('discard leaves a changed secret as it is, says so, and takes back the rest', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.must('config setprop vault Password changed Hint new')
  const { status, stdout } = box.run('gabarit discard')
  assert.is(status, 0)
  assert.match(stdout, 'configuration vault Password is secret')
  assert.is(box.must('config getprop vault Password'), 'changed\n')
  assert.is(box.run('config getprop vault Hint').status, 1)
  box.remove()
})

secrets.run()
