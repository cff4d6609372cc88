// The arguments of an event are compared with its usage and with the records, before anything runs.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const suiteOfArguments = suite('arguments of events')
const box = new Sandbox()

suiteOfArguments.before(() => {
  box.must('config set DomainName example.org')
  box.must('gabarit initialize-default-databases')
  box.must('db domains set shop.org domain')
})
suiteOfArguments.after(() => box.remove())

/** Signals an event that must not do anything: exit status and standard error. */
function refused(...words: string[]) {
  const before = treeState(box.root)
  const { status, stdout, stderr } = box.run(['signal-event', ...words])
  assert.equal([stdout, treeChanges(before, treeState(box.root))], ['', []], words.join(' '))
  return [status, stderr]
}

suiteOfArguments('each shipped event refuses too few and too many', () => {
  const listed: { event: string; usage: string | null }[] = JSON.parse(box.must('gabarit events --json'))
  const withUsage = listed.filter(({ usage }) => usage !== null)
  assert.ok(withUsage.length > 10)
  for (const { event, usage } of withUsage) {
    if (!usage?.startsWith('[')) assert.is(refused(event)[0], 2, event)
    if (!usage?.endsWith('...')) assert.is(refused(event, 'a', 'b', 'c')[0], 2, event)
  }
})

suiteOfArguments('the message has the usage and the keys', () => {
  const usage = '  usage: signal-event domain-modify [DOMAIN]\n  one of: shop.org\n'
  assert.equal(refused('domain-modify', 'shop.org', 'b'), [2, `domain-modify takes at most 1\n${usage}`])
  assert.equal(refused('domain-create', '')[0], 2)
  assert.equal(refused('--dry-run', 'domain-create'), [
    2,
    'domain-create needs 1 argument\n  usage: signal-event domain-create DOMAIN\n  one of: shop.org\n',
  ])
  assert.match(String(refused('vpn-client-renew')[1]), 'needs at least 1 argument\n')
})

suiteOfArguments('a record that is missing, or still there after a delete, is refused', () => {
  assert.equal(refused('domain-modify', 'shop.ogr'), [
    3,
    'there is no domain "shop.ogr" in domains; did you mean "shop.org"?\n  First: db domains set KEY domain\n',
  ])
  assert.is(refused('vpn-client-modify', 'nobody')[0], 3)
  assert.equal(refused('domain-delete', 'shop.org'), [
    3,
    'the domain "shop.org" is still in domains\n  First: db domains delete shop.org\n',
  ])
})

suiteOfArguments('an event without usage takes any, as on SME Server', () => {
  box.write('/etc/gabarit/events/probe/S10say', '#!/bin/sh\necho "$@"\n', 0o755)
  assert.match(box.run('signal-event probe a b').stderr, 'S10say: probe a b\n')
})

suiteOfArguments('a new record has its defaults after the event', () => {
  box.must('signal-event post-install')
  for (const [database, key, type, event] of [
    ['domains', 'new.org', 'domain', 'domain-create'],
    ['hosts', 'nas.new.org', 'host', 'host-create'],
    ['accounts', 'files', 'ibay', 'ibay-modify'],
  ] as const) {
    box.must(`db ${database} set ${key} ${type}`)
    box.must(`signal-event ${event} ${key}`)
    assert.match(box.must(`db ${database} show ${key}`), '\n    ', key)
    const shown = box.must('signal-event --dry-run console-save')
    assert.ok(shown.includes('no file would change') && !shown.includes('would complete'), `${event}: ${shown}`)
  }
})

suiteOfArguments('the primary domain goes by the commands that the refusal gives', () => {
  const [status, said] = refused('domain-delete', 'example.org')
  assert.is(status, 3)
  assert.match(
    String(said),
    'First make another one primary: config set DomainName NAME\n  Then: db domains delete example.org',
  )
  box.must('db domains delete new.org')
  follow(String(refused('domain-delete', 'example.org')[1]))
  assert.match(box.must('signal-event domain-delete example.org'), 'deleted hosts www.example.org')
  assert.is(box.must('db domains keys'), 'shop.org\n')
  assert.match(box.run('db domains delete shop.org').stderr, 'config set DomainName NAME\n')
})

suiteOfArguments('an ibay that a domain shows goes by the commands that the refusal gives', () => {
  box.must('db domains setprop shop.org Content files')
  const { status, stderr } = box.run('db accounts delete files')
  assert.equal(
    [status, stderr],
    [
      3,
      'db: files: it is the Content of shop.org in domains. First: db domains setprop shop.org Content Primary\n' +
        '  Nothing was changed.\n',
    ],
  )
  follow(stderr)
  box.must('db accounts delete files')
  const [, missing] = refused('ibay-modify', 'files')
  assert.match(String(missing), '  After one was deleted: signal-event ibay-modify\n')
  assert.match(box.must('signal-event ibay-modify'), 'changed /etc/httpd/conf/httpd.conf')
})

suiteOfArguments('what a list names is taken out of it; what comes back with its defaults may go', () => {
  for (const name of ['api', 'hook'])
    box.must(`db proxies set ${name} location Path /${name} Upstreams http://10.0.0.1`)
  box.must('db proxies set wiki.org proxy Locations api,hook Upstreams http://10.0.0.1')
  follow(box.run('db proxies delete api').stderr)
  assert.is(box.must('db proxies getprop wiki.org Locations'), 'hook\n')
  follow(box.run('db proxies delete hook').stderr)
  assert.is(box.must('db proxies getprop wiki.org Locations'), '\n')
  box.must(['db', 'proxies', 'batch'], { input: 'delete api\ndelete hook\n' })
  box.must('db vpn set anna client server openvpn')
  box.must('config delete openvpn')
})

/** Runs the commands that a refusal gives. */
function follow(said: string): void {
  const commands = [...said.matchAll(/(?:First.*|Then): ((?:config|db) .*)/g)].map(([, command = '']) => command)
  assert.ok(commands.length > 0, said)
  for (const command of commands) box.must(['sh', '-c', command])
}

suiteOfArguments.run()
