import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const explain = suite('explain and impact')
const HTTPD = '/etc/httpd/conf/httpd.conf'
const shipped = join(PROJECT, 'templates', HTTPD)

/** A server with the shipped templates and two domains. */
function server(): Sandbox {
  const box = new Sandbox()
  box.must('config set DomainName example.org')
  box.must('config set SystemName mine')
  box.must('signal-event console-save')
  box.must('db domains set other.example domain Content Primary')
  box.must('signal-event domain-create other.example')
  return box
}

const box = server()
explain.after(() => box.remove())

/** Number of the first line of a file that fits. */
function lineOf(path: string, pattern: RegExp): number {
  const index = box
    .read(path)
    .split('\n')
    .findIndex(line => pattern.test(line))
  assert.is.not(index, -1, String(pattern))
  return index + 1
}

/** What explain says of a line, as `{ text, fragment: { file, line, reads } }`. */
const lineAt = (path: string, line: number) => JSON.parse(box.must(['gabarit', 'explain', '--json', `${path}:${line}`]))

explain('the traced text is the file, for every shipped template', () => {
  for (const path of [
    HTTPD,
    '/etc/hosts',
    '/etc/dehydrated/config',
    '/etc/dehydrated/domains.txt',
    '/etc/dehydrated/hook.sh',
  ]) {
    const { status, stderr } = box.run(['gabarit', 'explain', path])
    assert.equal([status, stderr], [0, ''], path)
  }
})

explain('each line of httpd.conf comes from a line of its fragment that can have made it', () => {
  const lines = box.read(HTTPD).trimEnd().split('\n')
  let compared = 0
  for (let number = 1; number <= lines.length; number += 7) {
    const { text, fragment } = lineAt(HTTPD, number)
    assert.is(text, lines[number - 1])
    if (fragment === null) continue
    const source = readFileSync(fragment.file, 'utf8').split('\n')[fragment.line - 1] ?? ''
    const [first = ''] = source.trim().split(/[\s<]/)
    if (first !== '' && !source.includes('<%')) {
      assert.is(source, text, `${fragment.file}:${fragment.line}`)
      compared++
    }
  }
  assert.ok(compared > 5, String(compared))
})

explain('a line of a sub-template: its fragment, line and the records it read', () => {
  const number = lineOf(HTTPD, /ServerName other\.example/)
  const { fragment } = lineAt(HTTPD, number)
  assert.is(fragment.file, join(shipped, 'VirtualHosts/10ServerName'))
  assert.match(readFileSync(fragment.file, 'utf8').split('\n')[fragment.line - 1] ?? '', 'ServerName')
  assert.match(box.must(['gabarit', 'explain', `${HTTPD}:${number}`]), `made by ${fragment.file}:${fragment.line}`)
})

explain('a custom fragment is named where it stands', () => {
  const path = box.must(['gabarit', 'customize', `${HTTPD}/VirtualHosts`, '10ServerName']).split('\n')[0] ?? ''
  box.write(path.slice(box.root.length), `${readFileSync(path, 'utf8')}    # mine\n`)
  const { stderr } = box.run(['gabarit', 'explain', HTTPD])
  assert.match(stderr, `${HTTPD} differs from what would be generated now`)
  box.must(['expand-template', HTTPD])
  const number = lineOf(HTTPD, /# mine/)
  assert.is(lineAt(HTTPD, number).fragment.file, path)
  assert.match(box.must(['gabarit', 'explain', HTTPD]), path)
  box.must(['rm', path])
  box.must(['expand-template', HTTPD])
})

explain('the banner, a line that is not there, a file that nobody makes', () => {
  assert.match(box.must(['gabarit', 'explain', `${HTTPD}:1`]), 'is the banner that gabarit writes')
  assert.is(lineAt(HTTPD, 1).fragment, null)
  const count = box.read(HTTPD).split('\n').length - 1
  for (const line of [0, count + 1, 99999]) {
    const { status, stderr } = box.run(['gabarit', 'explain', `${HTTPD}:${line}`])
    assert.is(status, 2, String(line))
    assert.match(stderr, `has ${count} lines`)
  }
  const { status, stderr } = box.run('gabarit explain /etc/host')
  assert.is(status, 3)
  assert.match(stderr, 'no template generates /etc/host; did you mean "/etc/hosts"?')
})

explain('an output that metadata moved, one per record', () => {
  box.write('/etc/gabarit/templates/etc/per/10a', '# <%= item.key %>\nname <%= item.key %>\n')
  box.write(
    '/etc/gabarit/templates/etc/per/template.json',
    '{"each": {"db": "domains"}, "output": "/etc/sites/{key}", "comment": "none"}',
  )
  const { fragment } = lineAt('/etc/sites/other.example', 2)
  assert.match(fragment.file, '/etc/per/10a')
  assert.is(fragment.line, 2)
})

explain('impact: the files that read a record, the events that make them, the services they notify', () => {
  const { files, events, services } = JSON.parse(box.must('gabarit impact --json domains other.example'))
  assert.ok(
    files.includes(HTTPD) &&
      files.includes('/etc/dehydrated/domains.txt') &&
      files.includes('/etc/sites/other.example'),
  )
  assert.not(files.includes('/etc/dehydrated/config'))
  assert.not(files.includes('/etc/sites/example.org') && !files.includes('/etc/sites/other.example'))
  for (const event of ['console-save', 'domain-modify']) assert.ok(events.includes(event), event)
  assert.ok(services.includes('httpd:reload'))
  const text = box.must('gabarit impact configuration letsencrypt')
  assert.match(text, '/etc/dehydrated/config')
  assert.not.match(text, '/etc/hosts\n')
})

explain('impact: a record that is not there, a record that nothing reads, a database that nobody knows', () => {
  const { status, stderr } = box.run('gabarit impact domains new.example')
  assert.equal([status, /note: domains has no record "new.example"/.test(stderr)], [0, true])
  box.must('config set loner service status enabled')
  box.write('/var/lib/gabarit/db/lonely.json', '{"x": {"type": "t", "properties": {}}}')
  assert.is(box.must('gabarit impact lonely x'), 'no file depends on lonely x\n')
  assert.match(box.run('gabarit impact domain x').stderr, 'there is no database "domain"; did you mean "domains"?')
})

explain('neither changes anything', () => {
  const before = treeState(box.root)
  for (const command of [`gabarit explain ${HTTPD}:20`, 'gabarit impact domains other.example', 'gabarit lint'])
    box.run(command)
  assert.equal(treeChanges(before, treeState(box.root)), [])
})

explain.run()
