// The barrier in front of a running web server: what is refused does not touch it. Real s6 and Apache, on `/`, in private
// namespaces.
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { ask } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'
import { waitFor } from '../support/wait.ts'
import { startWebServer } from '../support/web-server.ts'

const reason = needsCommands('apache2', 's6-svscan', 's6-svstat', 'curl', 'openssl') ?? enterNamespace('real-apache')
const apache = suite('the barrier before Apache')
const step = stepsOf(apache, reason)
const daemons = new Daemons()
const scan = '/run/service'
const type = (line: string) => must(words(line))
const CUSTOM = '/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf/30Mine'

apache.after(() => daemons.stopAll())

/** Process and start of Apache: neither changes when it is left alone. */
const untouched = () => must(['s6-svstat', '-o', 'pid,updownsince', `${scan}/apache2`])

step('a site is served', async () => {
  await startWebServer(daemons, scan, 'the site\n')
})

step('a bad directive in a custom fragment: refused with its line, nothing written, Apache not touched', () => {
  outputFileSync(CUSTOM, '# mine\nServerTokns Prod\n')
  const [process, files] = [untouched(), treeState('/etc/httpd')]
  const { status, stderr } = run(['signal-event', 'console-save'])
  assert.is(status, 3)
  assert.match(stderr, "Invalid command 'ServerTokns'")
  assert.match(stderr, `was made by ${CUSTOM}:2`)
  assert.equal(
    treeChanges(files, treeState('/etc/httpd')).filter(line => !/conf: /.test(line)),
    [],
  )
  assert.is(untouched(), process)
  assert.is(ask('http://127.0.0.1/').body, 'the site\n')
  rmSync(CUSTOM)
})

step('a virtual host that is right by itself and wrong together with another file is refused', () => {
  const events = '/etc/gabarit/events/sites-update/templates2expand/etc/httpd/conf'
  const template = (name: string, text: string) => outputFileSync(`/etc/gabarit/templates/etc/httpd/conf/${name}`, text)
  for (const name of ['sites/shop.conf', 'common.conf', 'httpd.conf']) outputFileSync(`${events}/${name}`, '')
  outputFileSync(CUSTOM, 'IncludeOptional /etc/httpd/conf/sites/*.conf\n')
  template('common.conf', 'DirectoryIndex shop.html\n')
  template('sites/shop.conf', '<VirtualHost *:80>\nServerName shop.example.org\n</VirtualHost>\n')
  type('signal-event sites-update')
  const before = untouched()
  // Each is right without the other's change: a port to listen on stands outside of virtual hosts only.
  template('common.conf', 'Listen 127.0.0.1:8099\n')
  template(
    'sites/shop.conf',
    '<VirtualHost *:80>\nServerName shop.example.org\nInclude /etc/httpd/conf/common.conf\n</VirtualHost>\n',
  )
  const { status, stderr } = run(['signal-event', 'sites-update'])
  assert.is(status, 3, stderr)
  assert.match(stderr, 'Listen cannot occur within <VirtualHost> section')
  assert.is(readFileSync('/etc/httpd/conf/common.conf', 'utf8'), 'DirectoryIndex shop.html\n')
  assert.is(untouched(), before)
})

step('the removal of a domain takes its site and its names away, and its records come back by a rollback', async () => {
  rmSync('/etc/gabarit', { recursive: true })
  type('db domains set shop.org domain Content Primary')
  type('signal-event domain-create shop.org')
  const names = () => readFileSync('/etc/httpd/conf/httpd.conf', 'utf8') + readFileSync('/etc/hosts', 'utf8')
  assert.match(names(), 'www.shop.org')
  type('db domains delete shop.org')
  type('signal-event domain-delete shop.org')
  assert.not.match(names(), 'shop.org')
  assert.not(existsSync('/etc/httpd/conf/common.conf'), 'files of templates that are gone go too')
  assert.not.match(type('db hosts keys'), 'shop.org')
  type('gabarit rollback')
  assert.match(names(), 'www.shop.org')
  assert.match(type('db hosts keys'), 'www.shop.org')
  await waitFor('Apache', () => ask('http://127.0.0.1/').body === 'the site\n')
})

apache.run()
