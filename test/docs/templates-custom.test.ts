// The example of templates-custom/ is off until it is copied, and then does what its README says: with the real Apache, on `/`.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { ON_ROOT } from '../support/real-root.ts'
import { must, PROJECT, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { textOf } from './markdown.ts'

const reason = needsCommands('apache2', 'openssl') ?? enterNamespace('server')
const example = suite('templates-custom/odoo.example')
const SHIPPED = 'templates/etc/httpd/conf/httpd.conf/VirtualHosts/25SSLDirectives'
const HTTPD = '/etc/httpd/conf/httpd.conf'

const type = (line: string) => must(['sh', '-ec', line], { env: ON_ROOT })
/** The commands of the n-th shell block of the README. */
const blocks = [...textOf('templates-custom/README.md').matchAll(/^```sh\n(.*?)^```$/gms)].map(
  ([, block = '']) => block,
)
const commandsOf = (index: number) => (blocks[index] ?? '').replaceAll('/opt/gabarit', PROJECT)

example('is the shipped fragment with the lines that the quickstart adds', () => {
  const edited = must(['sed', '-f', `${PROJECT}/scripts/odoo-override.sed`, `${PROJECT}/${SHIPPED}`])
  assert.is(textOf('templates-custom/odoo.example'), edited.replaceAll('odoo.micronator-101.org', 'odoo.example.org'))
})

testIf(example, reason, 'is off until it is copied', () => {
  type('config set DomainName example.org; config set SystemName server; signal-event post-install')
  type('db domains set odoo.example.org domain Content Primary; signal-event domain-create odoo.example.org')
  assert.equal(JSON.parse(type('gabarit overrides --json')), [])
  const { status, stdout, stderr } = run(['gabarit', 'lint'], { env: ON_ROOT })
  assert.is(status, 0)
  assert.not.match(`${stdout}${stderr}`, 'templates-custom')
  assert.not.match(type(`cat ${HTTPD}`), '8069')
})

testIf(example, reason, 'works once it is copied as the README says', () => {
  assert.match(type(commandsOf(0)), '+    ProxyPass / http://localhost:8069/ retry=0')
  assert.match(type(`cat ${HTTPD}`), 'Redirect / https://odoo.example.org/')
  type(`apache2 -t -f ${HTTPD}`)
})

testIf(example, reason, 'is off again when the copy is removed', () => {
  type(commandsOf(1))
  assert.not.match(type(`cat ${HTTPD}`), '8069')
})

example.run()
