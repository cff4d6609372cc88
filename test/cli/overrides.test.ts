import { existsSync, lstatSync, readFileSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Installed } from '../override/package.ts'
import { must, PROJECT } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const HOSTS = 'etc/hosts/10Localhost'
const ODOO = 'etc/httpd/conf/httpd.conf/VirtualHosts/25SSLDirectives'
const CUSTOM = '/etc/gabarit/templates-custom'
const WAITING = '/etc/gabarit/merge/templates'

const overrides = suite('gabarit overrides')
let site: Installed
overrides.before.each(() => {
  site = new Installed()
})
overrides.after.each(() => site.remove())

/** The list as a script reads it: state by the words that name an override. */
function states(): Record<string, string> {
  const list: { name: string[]; state: string }[] = JSON.parse(site.must('gabarit overrides --json'))
  return Object.fromEntries(list.map(({ name, state }) => [name.join(' '), state]))
}

overrides('a site without any has nothing to list, nothing to merge, nothing to write', () => {
  assert.is(site.must('gabarit overrides'), 'the site has no overrides\n')
  assert.is(site.must('gabarit overrides merge'), 'no override is stale\n')
  site.must('expand-template /etc/hosts')
  assert.not.ok(site.exists('/var/lib/gabarit/overrides.json'))
})

overrides('the override of scenario 1, copied by hand, survives an upgrade and takes over what it brings', () => {
  const edited = must(['sed', '-f', join(PROJECT, 'scripts/odoo-override.sed'), join(PROJECT, 'templates', ODOO)])
  site.copyByHand(ODOO, () => edited)
  site.must('signal-event console-save')
  const made = site.read('/etc/httpd/conf/httpd.conf')
  site.upgrade(ODOO, site.shipped(ODOO).replace('    SSLEngine on\n', '    SSLEngine on\n    SSLProxyEngine on\n'))

  const name = '/etc/httpd/conf/httpd.conf/VirtualHosts 25SSLDirectives'
  const event = site.run('signal-event console-save')
  assert.is(event.status, 0, event.stderr)
  const line = `${site.path(`${CUSTOM}/${ODOO}`)} replaces ${site.package}/templates/${ODOO}, which has changed since`
  assert.ok(event.stderr.includes(`warning: ${line}: gabarit overrides merge ${name}\n`), event.stderr)
  assert.is(site.custom(ODOO), edited, 'an upgrade changes no custom fragment')
  assert.is(site.read('/etc/httpd/conf/httpd.conf'), made)
  assert.equal(states(), { [name]: 'stale' })
  const status = site.must('gabarit status')
  assert.match(status, 'overrides: 1\n')
  assert.match(status, /overrides to look at \(gabarit overrides\):\n {2}.*: stale/)
  assert.match(site.must(`gabarit overrides diff ${name}`), /^\+ {4}SSLProxyEngine on$/m)

  const merged = site.must('gabarit overrides merge')
  assert.match(merged, `${site.path(`${CUSTOM}/${ODOO}`)}: merged`)
  assert.is(site.custom(ODOO), edited.replace('    SSLEngine on\n', '    SSLEngine on\n    SSLProxyEngine on\n'))
  const [, former = ''] = /Previous version: (.+)/.exec(merged) ?? []
  assert.is(readFileSync(former, 'utf8'), edited)
  assert.equal(states(), { [name]: 'in step' })
  assert.not.match(site.run('signal-event console-save').stderr, 'gabarit overrides')
})

overrides('expand-template warns in a diff too, of its own template only', () => {
  site.must('gabarit customize /etc/hosts 10Localhost')
  site.write(`${CUSTOM}/${HOSTS}`, '127.0.0.1 mine\n')
  site.upgradeWith(HOSTS, '::2 more')
  const { stderr, status } = site.run('expand-template --diff /etc/hosts')
  assert.is(status, 0)
  assert.match(stderr, 'gabarit overrides merge /etc/hosts 10Localhost')
  assert.not.match(site.run('expand-template --diff /etc/dehydrated/config').stderr, 'overrides')
  assert.match(site.run('expand-template --stdout /etc/hosts').stderr, 'gabarit overrides merge')
  assert.match(site.run('gabarit apply --all --dry-run').stderr, 'gabarit overrides merge /etc/hosts 10Localhost')
  const report = JSON.parse(site.run('signal-event --json --dry-run console-save').stdout)
  assert.ok(report.warnings.some((text: string) => text.includes('gabarit overrides merge /etc/hosts 10Localhost')))
})

overrides('nothing that only looks changes a byte', () => {
  site.copyByHand(HOSTS, text => `${text}# mine\n`)
  site.copyByHand('etc/hosts/20Server')
  site.must('expand-template /etc/hosts')
  site.upgradeWith(HOSTS, '::2 more')
  site.write(`${CUSTOM}/etc/hosts/30Hosts`, 'mine\n')
  const before = treeState(site.root, site.package)
  for (const command of ['gabarit overrides', 'gabarit overrides --json', 'expand-template --diff /etc/hosts'])
    site.must(command)
  site.must('signal-event --dry-run console-save')
  site.must('gabarit overrides diff /etc/hosts 10Localhost')
  const tried = site.run('gabarit overrides merge --dry-run')
  assert.is(tried.status, 1)
  assert.match(tried.stderr, 'would need your attention: 1 place was changed on both sides')
  assert.equal(treeChanges(before, treeState(site.root, site.package)), [])
})

overrides('a conflict stays out of force until it is solved, and the same command finishes it', () => {
  site.must('gabarit customize /etc/hosts 10Localhost')
  const mine = '127.0.0.1 mine\n'
  site.write(`${CUSTOM}/${HOSTS}`, mine, 0o640)
  const theirs = '127.0.0.1 localhost localhost.localdomain\n::1 localhost\n'
  site.upgrade(HOSTS, theirs)
  const merge = 'gabarit overrides merge /etc/hosts 10Localhost'
  const conflict = site.run(merge)
  assert.is(conflict.status, 1)
  assert.match(conflict.stderr, '1 place was changed on both sides')
  assert.match(conflict.stderr, site.path(`${WAITING}/${HOSTS}`))
  const waiting = site.read(`${WAITING}/${HOSTS}`)
  assert.ok(waiting.includes(`||||||| shipped before\n127.0.0.1 localhost\n`), waiting)
  assert.is(site.custom(HOSTS), mine)
  assert.match(site.must('gabarit overrides'), 'an unfinished merge is in')
  assert.match(site.must('expand-template --stdout /etc/hosts'), mine)
  assert.not.match(site.must('expand-template --stdout /etc/hosts'), '<<<')

  assert.match(site.run(merge).stderr, 'it still contains conflict markers')
  assert.is(site.read(`${WAITING}/${HOSTS}`), waiting)
  assert.match(site.run('gabarit overrides keep /etc/hosts 10Localhost').stderr, 'is not finished')

  const solved = '127.0.0.1 mine localhost.localdomain\n::1 localhost\n'
  site.write(`${WAITING}/${HOSTS}`, solved)
  site.must(merge)
  assert.is(site.custom(HOSTS), solved)
  assert.is(lstatSync(site.path(`${CUSTOM}/${HOSTS}`)).mode & 0o777, 0o640)
  assert.not.ok(site.exists('/etc/gabarit/merge'))
  assert.equal(states(), { '/etc/hosts 10Localhost': 'in step' })
})

overrides('a release that comes while a conflict waits is merged after it', () => {
  site.must('gabarit customize /etc/hosts 10Localhost')
  site.write(`${CUSTOM}/${HOSTS}`, '127.0.0.1 mine\n')
  site.upgrade(HOSTS, '127.0.0.1 theirs\n')
  assert.is(site.run('gabarit overrides merge').status, 1)
  site.upgrade(HOSTS, '127.0.0.1 theirs\n::9 later\n')
  site.write(`${WAITING}/${HOSTS}`, '127.0.0.1 mine theirs\n')
  site.must('gabarit overrides merge')
  assert.is(site.custom(HOSTS), '127.0.0.1 mine theirs\n')
  assert.equal(states(), { '/etc/hosts 10Localhost': 'stale' })
})

overrides('an edit made in force while a conflict waits is not overwritten', () => {
  site.must('gabarit customize /etc/hosts 10Localhost')
  site.write(`${CUSTOM}/${HOSTS}`, '127.0.0.1 mine\n')
  site.upgrade(HOSTS, '127.0.0.1 theirs\n')
  assert.is(site.run('gabarit overrides merge').status, 1)
  site.write(`${WAITING}/${HOSTS}`, 'solved\n')
  site.write(`${CUSTOM}/${HOSTS}`, '127.0.0.1 urgent\n')
  const { status, stderr } = site.run('gabarit overrides merge')
  assert.is(status, 1)
  assert.match(stderr, 'this override has changed since the merge began')
  assert.is(site.custom(HOSTS), '127.0.0.1 urgent\n')
})

overrides('a merge that fits line by line but does not parse waits as well', () => {
  const base = "<% const names = ['a', 'b', 'c']\nconst one = 1\nconst two = 2\nconst three = 3 %>\n<%= names[0] %>\n"
  site.upgrade(HOSTS, base)
  const mine = base.replace('<%= names[0] %>', '<% const three = 4 %>')
  site.copyByHand(HOSTS, () => base)
  site.must('expand-template /etc/hosts')
  site.write(`${CUSTOM}/${HOSTS}`, mine.replace('const three = 3', 'const four = 3'))
  site.upgrade(HOSTS, base.replace('const one = 1', 'const three = 1'))
  const before = treeState(site.root, site.package)
  const tried = site.run('gabarit overrides merge --dry-run')
  assert.equal(treeChanges(before, treeState(site.root, site.package)), [])
  const { status, stderr } = site.run('gabarit overrides merge')
  assert.is(status, 1)
  const said = (text: string) => /10Localhost:\d+:\d+: .*/.exec(text)?.[0]
  assert.is(said(tried.stderr), said(stderr))
  assert.is(tried.status, status)
  assert.match(stderr, /10Localhost:\d+:\d+: Identifier 'three' has already been declared/)
  assert.ok(site.exists(`${WAITING}/${HOSTS}`))
})

overrides('an unchanged copy of an earlier version becomes a copy of the present one', () => {
  site.copyByHand(HOSTS)
  const theirs = '127.0.0.1 localhost\n::1 localhost\n'
  site.upgrade(HOSTS, theirs)
  assert.match(site.must('gabarit overrides'), /stale {2}.*\n.*\n +unchanged copy of an earlier version/)
  assert.match(site.must('gabarit overrides merge'), 'It is now identical to the shipped file: you can remove it.')
  assert.is(site.custom(HOSTS), theirs)
})

overrides('a custom fragment that is a link into a working copy stays a link', () => {
  const file = site.copyByHand(HOSTS, text => `${text}# mine\n`)
  const elsewhere = site.path('/working-copy')
  renameSync(file, elsewhere)
  symlinkSync(elsewhere, file)
  site.must('expand-template /etc/hosts')
  site.upgrade(HOSTS, `# theirs\n${site.shipped(HOSTS)}`)
  site.must('gabarit overrides merge')
  assert.ok(lstatSync(file).isSymbolicLink())
  assert.match(readFileSync(elsewhere, 'utf8'), /^# theirs\n[\s\S]*# mine\n$/)
})

overrides('metadata is not merged by lines; keep says that it is right', () => {
  const path = 'etc/hosts/template.json'
  site.copyByHand(path, () => '{ "mode": "0640" }\n')
  site.must('expand-template /etc/hosts')
  site.upgrade(path, '{ "format": "words", "mode": "0600" }\n')
  const { status, stderr } = site.run('gabarit overrides merge')
  assert.is(status, 1)
  assert.match(stderr, 'there are no lines to merge')
  site.must('gabarit overrides keep /etc/hosts template.json')
  assert.equal(states(), { '/etc/hosts template.json': 'in step' })
})

overrides('a withdrawn fragment is named in a warning', () => {
  site.copyByHand(HOSTS, text => `${text}# mine\n`)
  site.withdraw(HOSTS)
  const { stderr } = site.run('expand-template /etc/hosts')
  assert.match(stderr, 'the shipped file that it replaced no longer exists')
  assert.equal(states(), { '/etc/hosts 10Localhost': 'shadows nothing any more' })
  assert.match(site.read('/etc/hosts'), '# mine')
})

overrides('a damaged list stops an event before anything is written', () => {
  site.copyByHand(HOSTS, text => `${text}# mine\n`)
  site.write('/var/lib/gabarit/overrides.json', '{"version": 1, "bases": {')
  for (const command of ['signal-event console-save', 'expand-template /etc/hosts', 'gabarit overrides']) {
    const { status, stderr } = site.run(command)
    assert.is(status, 3, command)
    assert.match(stderr, /overrides\.json: the list of override bases is damaged/)
  }
  assert.not.ok(existsSync(site.path('/etc/hosts')))
})

overrides('wrong names and words are explained', () => {
  site.copyByHand(HOSTS)
  const explained = (command: string) => site.run(command)
  assert.match(explained('gabarit overrides merge /etc/hosts 10Localhots').stderr, 'did you mean')
  assert.is(explained('gabarit overrides merge /etc/hosts').status, 2)
  assert.is(explained('gabarit overrides merg').status, 2)
  assert.is(explained('gabarit overrides --dry-run').status, 2)
  assert.is(explained('gabarit overrides keep').status, 2)
})

overrides.run()
