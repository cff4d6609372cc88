// Databases and habits of SME Server: what is taken over and how, in a sandbox.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { listEvents } from '../../src/event/load.ts'
import { twinOf } from '../../src/event/twins.ts'
import { findPlaces } from '../../src/system/places.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { CONFIGURATION, TREE } from '../support/sme-server.ts'

const test = suite<{ box: Sandbox }>('taking over from SME Server')
test.before.each(context => {
  context.box = new Sandbox()
})
test.after.each(({ box }) => box.remove())

/** Imports the databases of an old server. @returns what it says */
function imported(box: Sandbox, configuration = CONFIGURATION): string {
  for (const [name, text] of Object.entries({ ...TREE, configuration })) box.write(`/root/db/${name}`, text)
  const { status, stderr } = box.run(['gabarit', 'import', '--tree', box.path('/root/db')])
  assert.is(status, 0, stderr)
  return stderr
}

test('the databases are taken over with notes, and the first events run', ({ box }) => {
  box.write('/etc/e-smith/templates-custom/etc/hosts/10Own', 'x')
  const said = imported(box)
  for (const note of [
    '/etc/e-smith/templates-custom holds 1 fragment of SME Server, which nothing here uses',
    'record "httpd-e-smith": becomes "httpd", with its access, status and TCPPort',
    'record "modSSL": gets access private, as httpd-e-smith has it',
    'record "letsencrypt": hookScript "enabled" is dropped: a hook always runs',
    'config setprop sshd TCPPort 2222 PermitRootLogin yes PasswordAuthentication yes',
    'record "192.168.1.0": Router "default" is dropped: the network is reached directly',
  ])
    assert.match(said, note)
  assert.not.match(said, 'imported, but')
  for (const event of ['post-upgrade', 'console-save']) {
    const { status, stderr } = box.run(`signal-event ${event}`)
    assert.is(status, 0, stderr)
  }
  const unread = /^warning: .*: nothing describes the property "\w+", and no fragment reads it$/
  const found = box.must('gabarit lint').trimEnd().split('\n')
  assert.equal(
    found.filter(line => !unread.test(line)),
    ['0 errors, 6 warnings'],
  )
  assert.is(box.run('config get httpd-e-smith').status, 1)
  assert.is(box.must('config printprop httpd access status TCPPort'), 'access=private\nstatus=enabled\nTCPPort=80\n')
  assert.is(box.must('config getprop modSSL access'), 'private\n')
  assert.is(box.must('config printprop sshd TCPPort PermitRootLogin PasswordAuthentication'), '')
  assert.is(box.must('config printprop sshd access MaxAuthTries'), 'access=public\nMaxAuthTries=2\n')
})

test('a hook that was disabled is told too: hooks always run', ({ box }) => {
  const said = imported(box, CONFIGURATION.replace('hookScript|enabled', 'hookScript|disabled'))
  assert.match(said, 'record "letsencrypt": hookScript "disabled" is dropped: a hook always runs')
  box.must('signal-event post-upgrade')
})

test('an import keeps the logins of this machine, and never opens what it does not know', ({ box }) => {
  box.must('config set sshd service TCPPort 22 PermitRootLogin no')
  imported(
    box,
    CONFIGURATION.replace(
      '|access|private|status|enabled\nletsencrypt',
      '|access|localhost|status|enabled\nletsencrypt',
    ),
  )
  assert.is(
    box.must('config printprop sshd TCPPort PermitRootLogin PasswordAuthentication'),
    'TCPPort=22\nPermitRootLogin=no\n',
  )
  assert.is(box.must('config printprop httpd access status'), 'access=private\nstatus=disabled\n')
  assert.is(box.must('config getprop modSSL access'), 'private\n')
})

test('the command for the logins of the old server has the words of today', ({ box }) => {
  const said = imported(box, CONFIGURATION.replace('PermitRootLogin|yes', 'PermitRootLogin|without-password'))
  const command = /config setprop sshd TCPPort 2222 PermitRootLogin prohibit-password .*/.exec(said)?.[0] ?? said
  box.must(command)
})

test('a port of ssh that cannot be used here is told, and not in the command', () => {
  for (const [port, why] of [
    ['443', /Its TCPPort 443 cannot be used here \(.*443.*\): choose another one\./],
    ['ssh', /Its TCPPort ssh cannot be used here \(.*port.*\): choose another one\./],
  ] as const) {
    const other = new Sandbox()
    const said = imported(other, CONFIGURATION.replace('TCPPort|2222', `TCPPort|${port}`))
    assert.match(said, why)
    const command = /config setprop sshd PermitRootLogin .*/.exec(said)?.[0] ?? said
    other.must(command)
    other.remove()
  }
})

test('an access of HTTPS or ssh that is not known is closed and told, and events run', ({ box }) => {
  const said = imported(
    box,
    CONFIGURATION.replace('access|public', 'access|localhost').replace(
      'httpd-e-smith',
      'modSSL=service|access|localhost|status|enabled\nhttpd-e-smith',
    ),
  )
  assert.match(said, 'record "modSSL": disabled, because access "localhost" is not known')
  assert.match(said, 'record "sshd": gets access none, because access "localhost" is not known')
  assert.is(box.must('config printprop modSSL access status'), 'access=private\nstatus=disabled\n')
  assert.is(box.must('config getprop sshd access'), 'none\n')
  const { status, stderr } = box.run('signal-event post-upgrade')
  assert.is(status, 0, stderr)
})

test('the lines of the old manual, one at a time: an incomplete pair is a note, and events refuse it', ({ box }) => {
  imported(box)
  box.must('signal-event post-upgrade')
  const files = ['crt', 'key', 'CertificateChainFile'].map(name => ` ${name} ${box.write(`/${name}`, '')}`)
  const incomplete = (missing: string) =>
    `note: modSSL: set either all of crt, key or none; missing: ${missing}. Until then, events refuse it\n`
  assert.is(box.run(`config setprop modSSL${files[0]}`).stderr, incomplete('key'))
  const refused = box.run('signal-event console-save')
  assert.is(refused.status, 3)
  assert.match(refused.stderr, 'modSSL: set either all of crt, key or none; missing: key')
  for (const words of files.slice(1)) assert.is(box.run(`config setprop modSSL${words}`).stderr, '')
  for (const [name, note] of [
    ['CertificateChainFile', ''],
    ['CommonName', ''],
    ['crt', incomplete('crt')],
    ['key', ''],
  ]) {
    const { status, stderr } = box.run(`config delprop modSSL ${name}`)
    assert.equal([status, stderr], [0, note], name)
  }
  box.must('signal-event console-save')
  assert.match(box.read('/etc/httpd/conf/httpd.conf'), 'SSLCertificateFile /var/lib/gabarit/ssl/self-signed.pem')
})

test('what must stay is not deleted, and slips in a type or key get a note', ({ box }) => {
  imported(box)
  for (const [line, said] of [
    ['db domains delete example.org', 'example.org: it is the primary domain, so it must stay'],
    ['db domains settype example.org other', 'it is the primary domain'],
    ['db domains set example.org other', 'it is the primary domain'],
    [
      'db networks delete 192.168.1.0',
      'it must stay (Removable is no). If you mean it: db networks setprop 192.168.1.0 Removable yes',
    ],
    ['db accounts delete Primary', 'Removable is no'],
  ] as const) {
    const { status, stderr } = box.run(line)
    assert.is(status, 3, line)
    assert.match(stderr, said)
  }
  assert.is(box.must('db domains keys'), 'example.org\n')
  box.must('db networks setprop 192.168.1.0 Removable yes')
  box.must('db networks delete 192.168.1.0')
  for (const [line, said] of [
    [
      'db domains set shop2.org Domain',
      'note: shop2.org: domains has no described type "Domain"; did you mean "domain"?\n',
    ],
    ['db networks set 10.0.0.0 lan', 'note: 10.0.0.0: networks has no described type "lan", only network\n'],
    ['config set DomaiName x', 'note: configuration has no described record "DomaiName"; did you mean "DomainName"?\n'],
    ['config set gitea service', ''],
    ['db hosts set www.shop2.org host', ''],
  ] as const) {
    const { status, stderr } = box.run(line)
    assert.equal([status, stderr], [0, said], line)
  }
})

test('events of SME Server name what does their work here', ({ box }) => {
  for (const [line, said] of [
    ['ibay-create shop', 'there is no event "ibay-create" here; instead: signal-event ibay-modify shop\n'],
    ['reboot', 'instead: systemctl reboot\n'],
    ['halt', 'instead: systemctl poweroff\n'],
    ['user-create jane', 'instead: adduser'],
    ['nethserver-httpd-update', 'instead: signal-event ssl-update\n'],
    ['console-sav', 'there is no event "console-sav"; did you mean "console-save"?'],
  ] as const) {
    const { status, stderr } = box.run(`signal-event ${line}`)
    assert.is(status, 2)
    assert.match(stderr, said)
  }
  const known = listEvents(findPlaces(PROJECT, {}, box.root))
  const theirs = ['ibay', 'domain', 'host', 'network', 'user', 'group', 'pseudonym', 'printer'].flatMap(kind =>
    ['create', 'delete', 'modify'].map(verb => `${kind}-${verb}`),
  )
  const others = [
    'remoteaccess-update',
    'email-update',
    'ssl-update',
    'console-save',
    'bootstrap-console-save',
    'ip-change',
    'ntpd-update',
    'timeserver-update',
    'portforwarding-update',
    'post-install',
    'post-upgrade',
    'pre-backup',
    'post-restore',
    'password-modify',
    'logrotate',
    'workgroup-update',
    'proxy-update',
    'ldap-update',
    'reboot',
    'halt',
    'dns-update',
  ]
  for (const event of [...theirs, ...others]) {
    if (known.includes(event)) continue
    const twin = twinOf(event)
    assert.ok(twin, event)
    for (const [, name = ''] of twin?.matchAll(/signal-event (\S+?)(?=[,\s]|$)/g) ?? [])
      assert.ok(known.includes(name), `${event}: ${name}`)
  }
})

test.run()
