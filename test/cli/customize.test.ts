import { readFileSync, statSync } from 'node:fs'
import { outputFileSync as writeFile } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const customize = suite('customize')
const CUSTOM = '/etc/gabarit/templates-custom'

customize('a copy of the shipped fragment, where it takes effect', () => {
  const box = new Sandbox()
  const said = box.must('gabarit customize /etc/hosts 10Localhost')
  const [file = '', next = ''] = said.split('\n')
  assert.is(file, box.path(`${CUSTOM}/etc/hosts/10Localhost`))
  assert.match(next, 'expand-template --diff /etc/hosts')
  assert.is(statSync(file).mode & 0o022, 0)
  box.write(`${CUSTOM}/etc/hosts/10Localhost`, `${readFileSync(file, 'utf8')}# mine\n`)
  box.must('config set DomainName example.org')
  box.must('config set SystemName mine')
  box.must('gabarit initialize-default-databases')
  assert.match(box.must('expand-template --stdout /etc/hosts'), '# mine\n')
  box.remove()
})

customize('one of a sub-template, and a single file', () => {
  const box = new Sandbox()
  box.write('/etc/gabarit/templates/etc/one', 'x\n')
  const sub = box.must('gabarit customize /etc/httpd/conf/httpd.conf/VirtualHosts 10ServerName')
  assert.match(sub, 'expand-template --diff /etc/httpd/conf/httpd.conf\n')
  assert.ok(box.exists(`${CUSTOM}/etc/httpd/conf/httpd.conf/VirtualHosts/10ServerName`))
  box.must('gabarit customize /etc/one one')
  assert.is(box.read(`${CUSTOM}/etc/one`), 'x\n')
  box.remove()
})

customize('what the banner says is what one types', () => {
  const box = new Sandbox()
  box.must('config set DomainName example.org')
  box.must('config set SystemName mine')
  box.must('gabarit initialize-default-databases')
  const command = /^# +(gabarit customize .*)$/m.exec(box.must('expand-template --stdout /etc/hosts'))?.[1] ?? ''
  box.must(command)
  box.remove()
})

customize('refused: twice, an unknown template or fragment', () => {
  const box = new Sandbox()
  box.must('gabarit customize /etc/hosts 10Localhost')
  box.write(`${CUSTOM}/etc/hosts/10Localhost`, 'mine\n')
  const again = box.run('gabarit customize /etc/hosts 10Localhost')
  assert.is.not(again.status, 0)
  assert.match(again.stderr, 'Edit that file')
  assert.is(box.read(`${CUSTOM}/etc/hosts/10Localhost`), 'mine\n')
  assert.match(box.run('gabarit customize /etc/host 10Localhost').stderr, 'did you mean "/etc/hosts"?')
  assert.match(box.run('gabarit customize /etc/hosts 10Localhos').stderr, 'did you mean "10Localhost"?')
  assert.is.not(box.run('gabarit customize /etc/hosts ../../../x').status, 0)
  assert.is.not(box.run('gabarit customize ../etc/hosts 10Localhost').status, 0)
  box.remove()
})

customize('the example of --help works', () => {
  const box = new Sandbox()
  const help = box.must('gabarit customize --help')
  const examples = help.slice(help.indexOf('Examples:')).match(/gabarit customize \/\S+ \S+/g) ?? []
  assert.ok(examples.length > 0)
  for (const example of examples) box.must(example)
  box.remove()
})

customize('a fragment that is not there: how to make it, or the sub-template that has it', () => {
  const box = new Sandbox()
  const { status, stderr } = box.run('gabarit customize /etc/hosts 40Printers')
  assert.is(status, 3)
  assert.match(stderr, 'Fragments: 10Localhost 20Server 30Hosts 40Domains\n')
  const [, file = '', then = ''] = /To add it, write (\S+), then: (.*)\n/.exec(stderr) ?? []
  writeFile(file, 'printer\n')
  for (const name of ['DomainName example.org', 'SystemName mine']) box.must(`config set ${name}`)
  box.must('gabarit initialize-default-databases')
  assert.match(box.must(then), '+printer\n')
  const other = box.run('gabarit customize /etc/httpd/conf/httpd.conf 25SSLDirectives').stderr
  const command = /It is in a sub-template: (.*)\n/.exec(other)?.[1] ?? ''
  assert.is(command, 'gabarit customize /etc/httpd/conf/httpd.conf/VirtualHosts 25SSLDirectives')
  const made = box.must(command).split('\n')[0] ?? ''
  assert.match(box.run('gabarit customize /etc/httpd/conf/httpd.conf VirtualHosts/25SSLDirectives').stderr, `${made}: `)
  box.remove()
})

customize.run()
