import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const explain = suite('explain and impact of outputs per record')

const TEMPLATE = '/etc/gabarit/templates/etc/gateway/site'
const METADATA = {
  comment: 'none',
  each: { db: 'gateways', type: 'proxy', where: { status: 'enabled' } },
  output: '/etc/gateway/{key}.conf',
  notify: ['httpd:reload'],
}

function server(): Sandbox {
  const box = new Sandbox()
  box.must('gabarit initialize-default-databases')
  for (const key of ['media', 'wiki']) box.must(`db gateways set ${key} proxy status enabled Target http://${key}/`)
  box.must('db gateways set off proxy status disabled Target http://off/')
  box.must('db gateways set own other status enabled')
  box.write(`${TEMPLATE}/template.json`, JSON.stringify(METADATA))
  box.write(`${TEMPLATE}/10Head`, '# a text\n')
  box.write(`${TEMPLATE}/20Body`, `<%~ template('Zone', { name: item.key }) %>\n<%= config.SystemName %>\n`)
  box.write(`${TEMPLATE}/30Wiki`, "<% if (item.key === 'wiki') line(config.DomainName) %>\n")
  box.write(`${TEMPLATE}/Zone/05Name`, 'name <%= item.name %>\n')
  box.write('/etc/gabarit/events/gateway-modify/templates2expand/etc/gateway/site', '')
  return box
}

explain('fragments stand in the order of the template, those of a sub-template further in, with the record', () => {
  const box = server()
  const folder = box.path(TEMPLATE)
  const { stdout } = box.run('gabarit explain /etc/gateway/media.conf')
  assert.is(
    stdout.replaceAll(folder, ''),
    [
      '/etc/gateway/media.conf is made by the template /etc/gateway/site for gateways media:',
      '  /10Head (1 line)',
      '  /20Body (1 line)',
      '    reads gateways media, configuration SystemName',
      '    /Zone/05Name (1 line)',
      '  /30Wiki (0 lines)',
      '    reads gateways media',
      '',
    ].join('\n'),
  )
  assert.match(
    box.run('gabarit explain /etc/gateway/wiki.conf').stdout,
    'reads gateways wiki, configuration DomainName',
  )
  const { fragments } = JSON.parse(box.run('gabarit explain --json /etc/gateway/media.conf').stdout)
  const depths = fragments.map(({ file, depth }: { file: string; depth: number }) => [file.replace(folder, ''), depth])
  assert.equal(depths, [
    ['/10Head', 0],
    ['/20Body', 0],
    ['/Zone/05Name', 1],
    ['/30Wiki', 0],
  ])
  box.remove()
})

explain('impact names the own output of a record, not those of its neighbours', () => {
  const box = server()
  const impact = (key: string) => JSON.parse(box.must(`gabarit impact --json gateways ${key}`))
  assert.equal(impact('media').files, ['/etc/gateway/media.conf'])
  assert.equal(impact('media').possible, [])
  assert.equal([impact('off').files, impact('off').possible], [[], ['/etc/gateway/off.conf']])
  assert.equal(impact('new').possible, ['/etc/gateway/new.conf'])
  assert.equal(impact('new').events, ['gateway-modify'])
  assert.equal(impact('off').services, ['httpd:reload'])
  assert.is(box.must('gabarit impact gateways own'), 'no file depends on gateways own\n')
  assert.match(box.must('gabarit impact gateways off'), '  /etc/gateway/off.conf (not made now)\n')
  assert.equal(impact('media').services, ['httpd:reload'])
  box.remove()
})

explain('impact on an empty system: one line for each template that cannot be expanded', () => {
  const box = new Sandbox()
  const { status, stderr } = box.run('gabarit impact configuration letsencrypt')
  assert.is(status, 0)
  const lines = stderr.trimEnd().split('\n')
  assert.ok(lines.length > 2)
  for (const line of lines)
    assert.match(line, /^(note: configuration has no record|warning: \/\S+ cannot be judged: \/)/)
  box.remove()
})

explain.run()
