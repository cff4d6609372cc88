import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { must, PROJECT } from '../support/sandbox.ts'
import { configuration, domain, HTTPD, host, Server } from './server.ts'

const FRAGMENT = 'etc/httpd/conf/httpd.conf/VirtualHosts/25SSLDirectives'
const ODOO = 'odoo.micronator-101.org'

const override = suite('override of 25SSLDirectives')

override('as the administrator edits it, it changes one site and nothing else', () => {
  const server = new Server({
    configuration: configuration({ DomainName: ['micronator-101.org'] }),
    domains: { 'micronator-101.org': domain(), [ODOO]: domain() },
    hosts: { [`www.${ODOO}`]: host() },
  })
  const before = server.expand(HTTPD)
  const sites = ['micronator-101.org', ODOO].flatMap(name => [80, 443].map(port => server.site(name, port)))
  const edited = must(['sed', '-f', `${PROJECT}/scripts/odoo-override.sed`, `${PROJECT}/templates/${FRAGMENT}`])
  server.write(`/etc/gabarit/templates-custom/${FRAGMENT}`, edited)

  assert.is.not(server.expand(HTTPD), before)
  assert.equal(server.site('micronator-101.org', 80), sites[0])
  assert.equal(server.site('micronator-101.org', 443), sites[1])
  const plain = server.site(ODOO, 80)
  assert.ok(plain.includes(`Redirect / https://${ODOO}/`))
  assert.equal(
    plain.filter(line => /^(SSL|ProxyPass \/ )/.test(line)),
    [],
  )
  const secure = server.site(ODOO, 443)
  for (const line of [
    'SSLEngine on',
    'ProxyPass / http://localhost:8069/ retry=0',
    'ProxyPassReverse / http://localhost:8069/',
  ])
    assert.ok(secure.includes(line), line)
  assert.ok(
    secure.indexOf('ProxyPass /.well-known/acme-challenge/ !') <
      secure.indexOf('ProxyPass / http://localhost:8069/ retry=0'),
  )
  server.remove()
})

override('an empty copy switches the fragment off', () => {
  const server = new Server({ configuration: configuration() })
  server.write(`/etc/gabarit/templates-custom/${FRAGMENT}`, '')
  assert.not.match(server.expand(HTTPD), 'SSLEngine')
  server.remove()
})

override.run()
