import { readFileSync, statSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const customize = suite('customize and completion')
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

const complete = (box: Sandbox, ...words: string[]) =>
  box
    .must(['gabarit', 'complete', '--', ...words])
    .split('\n')
    .filter(word => word !== '')

customize('completion: commands, events, templates, fragments, options, databases, keys and values', () => {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  assert.equal(complete(box, 'gabarit', 'expl'), ['explain'])
  assert.equal(complete(box, 'signal-event', 'domain-'), ['domain-create', 'domain-delete', 'domain-modify'])
  assert.equal(complete(box, '/usr/bin/signal-event', 'console'), ['console-save'])
  assert.equal(complete(box, 'signal-event', 'console-save', 'x'), [])
  assert.equal(complete(box, 'expand-template', '/etc/ho'), ['/etc/hosts'])
  assert.equal(complete(box, 'gabarit', 'customize', '/etc/hosts', '10'), ['10Localhost'])
  assert.equal(complete(box, 'expand-template', '--di'), ['--diff'])
  assert.equal(complete(box, 'gabarit', 'impact', 'dom'), ['domains'])
  assert.equal(complete(box, 'gabarit', 'impact', 'configuration', 'letsen'), ['letsencrypt'])
  assert.equal(complete(box, 'config', 'setprop', 'letsencrypt', 'status', ''), ['disabled', 'enabled', 'test'])
  assert.equal(complete(box, 'gabarit', 'vpn', 'restart', ''), ['openvpn'])
  assert.equal(complete(box, 'nonsense', 'x'), [])
  box.remove()
})

customize('the script of bash: a word is completed, one with blanks as one word', () => {
  const box = new Sandbox()
  box.write('/etc/gabarit/templates/etc/a b', 'x')
  const ask = (words: string) =>
    `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _gabarit; printf '%s\\n' "\${COMPREPLY[@]}"`
  const script = `source <(gabarit completion); complete -p config >/dev/null && ${ask('signal-event console-')}; ${ask('expand-template /etc/a')}`
  assert.is(box.must(['bash', '-c', script]), 'console-save\n/etc/a\\ b\n')
  box.remove()
})

customize.run()
