import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const lint = suite('lint goes on')

interface Finding {
  readonly level: string
  readonly message: string
}

lint('a malformed description, a bad event and a broken fragment are all listed', () => {
  const box = new Sandbox()
  box.write('/etc/gabarit/db/configuration/httpd.json', '{ "properties": ')
  box.write('/etc/gabarit/db/configuration/modSSL.json', '{ "propertys": {} }')
  box.write('/etc/gabarit/events/no name/S10x', '')
  box.write('/etc/gabarit/events/mine/services2adjust/httpd', 'sigusr9\n')
  box.write('/etc/gabarit/events/mine/services2adjust/nobody', 'restart\n')
  box.write('/etc/gabarit/templates-custom/etc/hosts/10Localhost', '<% if ( %>\n')
  const { status, stdout, stderr } = box.run('gabarit lint --json')
  assert.equal([status, stderr], [1, ''])
  const found: Finding[] = JSON.parse(stdout)
  for (const part of [
    'httpd.json:1:17: this is not valid JSON',
    'modSSL.json: unknown keyword "propertys"',
    'events/no name: skipped, the name of an event may only contain',
    'unknown service action "sigusr9"; did you mean "sigusr1"?',
    'the configuration database has no service record "nobody"',
    '10Localhost:',
  ])
    assert.is(found.filter(({ level, message }) => level === 'error' && message.includes(part)).length, 1, part)
  assert.is(found.filter(({ level }) => level === 'error').length, 6, stdout)
  const text = box.run('gabarit lint')
  assert.is(text.status, 1)
  assert.is(text.stdout.split('\n').filter(line => line.startsWith('error: ')).length, 6)
  assert.match(text.stdout, '6 errors, 0 warnings')
  box.remove()
})

lint('services are not called unknown because the configuration database is damaged', () => {
  const box = new Sandbox()
  box.write('/etc/gabarit/events/mine/services2adjust/own', 'restart\n')
  box.write('/etc/gabarit/events/mine/templates2expand/etc/hosts', '')
  box.write('/var/lib/gabarit/db/configuration.json', '{')
  const found: Finding[] = JSON.parse(box.run('gabarit lint --json').stdout)
  assert.is(found.length, 1)
  assert.match(found[0]?.message ?? '', 'the database is damaged')
  box.remove()
})

lint('a slip in the name of a property is a warning, and no error', () => {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  box.must('config setprop letsencrypt emial x')
  const { status, stdout } = box.run('gabarit lint')
  assert.is(status, 0)
  assert.match(stdout, 'warning: configuration: letsencrypt has no described property "emial"; did you mean "email"?')
  box.remove()
})

lint('a property that nothing describes and nobody reads is told', () => {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  box.must('config setprop httpd ServerAdmin me OwnWord x')
  box.must('db hosts set www.example.org host HostType Self Redirect https://example.com/')
  box.must('config setprop sysctl vm.swappiness 10')
  box.write('/etc/gabarit/templates-custom/etc/hosts/90Own', '<%= config.httpd.OwnWord %>\n')
  const { status, stdout } = box.run('gabarit lint')
  assert.is(status, 0)
  const why = 'and no fragment reads it'
  assert.equal(
    stdout.split('\n').filter(line => line.includes(why)),
    [
      `warning: configuration: httpd: nothing describes the property "ServerAdmin", ${why}`,
      `warning: hosts: www.example.org: nothing describes the property "Redirect", ${why}`,
    ],
  )
  box.remove()
})

lint('records and properties that nothing describes and nobody has set are told, with the place', () => {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  box.must('config set dnsmasq service status enabled')
  const folder = '/etc/gabarit/templates-custom/etc/hosts'
  const fragment = '<%= config.dnsmasq.statu %>\n<%= config.dnsmask?.status %> config.text\n'
  const fine = '<%= config.dnsmasq.status %><% /* config.comment */ %><%= config.SystemName.length %>'
  box.write(`${folder}/90Own`, `${fragment}${fine}<%= config.letsencrypt.statsu %>`)
  const { status, stdout } = box.run('gabarit lint')
  assert.is(status, 0)
  const said = stdout.split('\n').filter(line => line.includes('90Own'))
  const place = `warning: ${box.path(folder)}/90Own`
  assert.equal(said, [
    `${place}:1:5: config.dnsmasq.statu: nothing describes a property "statu" of dnsmasq, and it is not set; did you mean "status"?`,
    `${place}:2:5: config.dnsmask: there is no record "dnsmask" in the configuration, and nothing describes one; did you mean "dnsmasq"?`,
    `${place}:3:90: config.letsencrypt.statsu: nothing describes a property "statsu" of letsencrypt, and it is not set; did you mean "status"?`,
  ])
  box.remove()
})

lint.run()
