// Folders that template.json names: in the plan, in the history, and gone with it.
import { statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const folders = suite('folders of templates')

/** Folders of an output `/etc/site/NAME` for each record of `sites`. */
function server(rules: readonly unknown[]): Sandbox {
  const box = new Sandbox()
  box.write('/etc/passwd', 'web:x:33:33::/:/bin/false\n')
  box.write('/etc/group', 'web:x:44:\n')
  const metadata = { output: '/etc/site/{key}', each: { db: 'sites' }, folders: rules }
  box.write('/etc/gabarit/templates/etc/sites', '<% if (item.off) skipFile() %>\n<%= item.key %>\n')
  box.write('/etc/gabarit/templates/etc/sites.template.json', JSON.stringify(metadata))
  box.write('/etc/gabarit/events/site-update/templates2expand/etc/sites', '')
  box.must('config set web service Home /srv/web')
  box.must('db sites set one site')
  box.must('gabarit initialize-default-databases')
  return box
}

const OWNED = { path: '{web.Home}/{key}/data', owner: 'web', group: 'web', mode: '0750' }

folders('are made with owner and mode, are in plan and history, and go back when they are empty', () => {
  const box = server([OWNED])
  const before = box.must('signal-event site-update --comment begin')
  assert.match(before, 'created folder /srv/web/one/data')
  box.must('db sites set two site')
  const shown = box.must('signal-event --dry-run site-update')
  assert.match(shown, '+ folder /srv/web/two/data 33:44 0750\n')
  assert.not.match(shown, '/srv/web/one')
  assert.not(box.exists('/srv/web/two'))
  assert.equal(JSON.parse(box.must('signal-event --json --dry-run site-update')).folders, ['/srv/web/two/data'])
  box.must('signal-event site-update')
  const { mode, uid, gid } = statSync(box.path('/srv/web/two/data'))
  assert.is(mode & 0o777, 0o750)
  if (process.geteuid?.() === 0) assert.equal([uid, gid], [33, 44])
  assert.match(box.must('gabarit show 2'), 'folder /srv/web/two/data')
  box.write('/srv/web/two/kept', 'by somebody\n')
  assert.match(box.must('gabarit rollback --dry-run 1'), '- folder /srv/web/two/data, if it is empty\n')
  box.must('gabarit rollback 1')
  assert.not(box.exists('/srv/web/two/data'))
  assert.is(box.read('/srv/web/two/kept'), 'by somebody\n')
  assert.ok(box.exists('/srv/web/one/data'))
  box.remove()
})

folders('one that is there stays as it is, and an event that only makes one has an entry', () => {
  const box = server([OWNED])
  box.must('signal-event site-update')
  box.must(['chmod', '0700', box.path('/srv/web/one/data')])
  assert.match(box.must('signal-event site-update'), 'no file changed')
  assert.is(statSync(box.path('/srv/web/one/data')).mode & 0o777, 0o700)
  box.must(['rmdir', box.path('/srv/web/one/data')])
  assert.match(box.must('signal-event site-update'), 'created folder /srv/web/one/data\nno file changed')
  assert.match(box.must('gabarit show 2'), 'folder /srv/web/one/data')
  box.must('db sites setprop one off yes')
  box.must(['rmdir', box.path('/srv/web/one/data')])
  box.must('signal-event site-update')
  assert.not(box.exists('/srv/web/one/data'), 'without its file it is not needed')
  box.remove()
})

folders('for each record of another database, also from a property; what is no plain path gets none', () => {
  const each = { db: 'shares', type: 'share' }
  const box = server([
    { path: '/srv/{key}/html', each: { ...each, key: '[a-z]+', where: { Path: '' } } },
    { path: '{Path}', each },
  ])
  const shares = [
    ['plain', {}],
    ['moved', { Path: '/data/moved' }],
    ['../up', {}],
    ['up', { Path: '/data/../../up' }],
    ['glob', { Path: '/data/[a-z]*' }],
    ['lines', { Path: '/data/a\n/data/b' }],
  ].map(([key, properties]) => [key, { type: 'share', properties }])
  box.write('/var/lib/gabarit/db/shares.json', JSON.stringify(Object.fromEntries(shares)))
  const { status, stderr } = box.run('signal-event site-update')
  assert.is(status, 0, stderr)
  for (const key of ['up', 'glob', 'lines']) assert.match(stderr, `no folder is created for ${key}: its Path`)
  assert.equal(
    box.must(['sh', '-c', 'cd "$1" && find srv data -type d | sort', 'sh', box.root]).split('\n').slice(0, -1),
    ['data', 'data/moved', 'srv', 'srv/plain', 'srv/plain/html'],
  )
  box.remove()
})

folders('nothing is made when something refuses: a file in its place, an unknown owner, a key that leaves', () => {
  for (const [rule, said] of [
    ['/etc/passwd', '/etc/passwd: is not a folder, and a template needs one here'],
    [{ path: '/srv/new', owner: 'nobody-here' }, 'nobody-here'],
    [{ path: '/srv/{key}/x', each: { db: 'bad' } }, 'the record "../x" cannot name a file'],
  ] as const) {
    const box = server(['/srv/first', rule])
    box.write('/var/lib/gabarit/db/bad.json', JSON.stringify({ '../x': { type: 'bad' } }))
    const { status, stderr } = box.run('signal-event site-update')
    assert.is(status, 3)
    assert.match(stderr, said)
    assert.not(box.exists('/srv/first'))
    box.remove()
  }
  for (const [rules, said] of [
    ['/x', '"folders" must be a list of paths, or of objects with "path"'],
    [['x'], '"folders" must be an absolute path'],
    [[{ path: '/x', mode: '0999' }], '"folders" must be an octal string'],
    [[{ path: '/x', ownr: 'web' }], '"folders" must have "path" and optionally'],
  ] as const) {
    const box = server([])
    box.write('/etc/gabarit/templates/etc/sites.template.json', JSON.stringify({ folders: rules }))
    assert.match(box.run('signal-event site-update').stderr, said)
    box.remove()
  }
})

folders.run()
