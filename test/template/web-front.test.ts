// Which ports a web server listens on: in front, behind the other one, alone, and those of streams.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type DbRecord, makeRecord, type Records } from '../../src/db/record.ts'
import { webPorts } from '../../src/template/web-front.ts'

const front = suite('ports of web servers')

const records = (...all: DbRecord[]): Records => new Map(all.map(record => [record.key, record]))
const record = (key: string, type: string, properties: Record<string, string> = {}) =>
  makeRecord(key, type, Object.entries(properties))
const service = (key: string, properties: Record<string, string>) => record(key, 'service', properties)

function ports(key: string, httpd: string, nginx: string, webFrontend: string, ssl = 'enabled'): string {
  const configuration = records(
    service('httpd', { status: httpd, TCPPort: '80', BehindPorts: '10080,10443' }),
    service('nginx', { status: nginx, TCPPorts: '81,444', BehindPorts: '20080,20443' }),
    service('modSSL', { status: ssl, TCPPort: '443' }),
    record('WebFrontend', webFrontend),
  )
  const proxies = records(
    record('game', 'stream', { Port: '25565', Protocol: 'both' }),
    record('off', 'stream', { Port: '25566', status: 'disabled' }),
    record('mail.example.org', 'stream'),
    record('wiki.example.org', 'proxy', { Port: '5' }),
  )
  return (webPorts(key, configuration, proxies) ?? []).map(port => port.join(' ')).join(', ')
}

front('httpd', () => {
  assert.is(ports('httpd', 'enabled', 'disabled', 'httpd'), 'tcp 80, tcp 443')
  assert.is(ports('httpd', 'enabled', 'enabled', 'httpd'), 'tcp 80, tcp 443')
  assert.is(ports('httpd', 'enabled', 'disabled', 'nginx'), 'tcp 80, tcp 443')
  assert.is(ports('httpd', 'enabled', 'enabled', 'nginx'), 'tcp 10080, tcp 10443')
  assert.is(ports('httpd', 'enabled', 'disabled', 'httpd', 'disabled'), 'tcp 80')
})

front('nginx', () => {
  const game = ', tcp 25565, udp 25565'
  assert.is(ports('nginx', 'disabled', 'enabled', 'httpd'), `tcp 81, tcp 444${game}`)
  assert.is(ports('nginx', 'enabled', 'enabled', 'nginx'), `tcp 81, tcp 444${game}`)
  assert.is(ports('nginx', 'enabled', 'enabled', 'httpd'), `tcp 20080, tcp 20443${game}`)
})

front.run()
