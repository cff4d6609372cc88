// Who may read the site of an ibay: the real nginx in front of the real Apache, on `/`, in private namespaces.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Front } from '../support/front.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const reason = needsCommands('nginx', 's6-svscan', 'curl', 'openssl', 'apache2', 'ip') ?? enterNamespace('home')
const ibays = suite('access to ibays')
const step = stepsOf(ibays, reason)
const front = new Front()
ibays.after(() => front.stop())

const [LOCAL, OTHER] = ['10.60.1.5', '10.60.4.5']
const FILE = '/etc/httpd/shop.htpasswd'
const PASSWORD = ['-u', 'anna:secret']

/** What visitors get: from a local network and from elsewhere, each without and with the password. */
function answers(url: string): number[] {
  return [LOCAL, OTHER].flatMap(from =>
    [[], PASSWORD].map(login => front.visit(url, '--http1.1', '--interface', from, ...login).status),
  )
}

const CLOSED = [403, 403, 403, 403]
const EXPECTED: Readonly<Record<string, readonly number[]>> = {
  none: CLOSED,
  local: [200, 200, 403, 403],
  'local-pw': [401, 200, 403, 403],
  global: [200, 200, 200, 200],
  'global-pw': [401, 200, 401, 200],
  'global-pw-remote': [200, 200, 401, 200],
}

step('an old server is taken over: each kind of PublicAccess holds, over HTTP and HTTPS', async () => {
  for (const address of [LOCAL, OTHER]) must(words(`ip address add ${address}/32 dev lo`))
  await front.start({}, 'db networks set 10.60.1.0 network Mask 255.255.255.0')
  const accounts = Object.keys(EXPECTED).map(kind => `${kind}=ibay|Name|x|PublicAccess|${kind}\n`)
  const odd = ['', '|PublicAccess|', '|PublicAccess|Global', '|PublicAccess|everyone'].map(
    (rest, n) => `odd${n}=ibay${rest}\n`,
  )
  writeFileSync('/root/accounts', [...accounts, ...odd, 'jane=user|Uid|5002\n'].join(''))
  const { status, stderr } = run(words('db accounts import /root/accounts'))
  assert.is(status, 0)
  for (const kind of ['local-pw', 'global-pw', 'global-pw-remote'])
    assert.match(stderr, `record "${kind}": its site is closed until it has passwords`)
  for (const n of [0, 1, 2, 3]) assert.match(stderr, `record "odd${n}": its site is closed (PublicAccess none)`)
  const names = [...Object.keys(EXPECTED), 'odd0', 'odd1', 'odd2', 'odd3']
  for (const name of names) {
    must(words(`db domains set ${name}.example domain Content ${name}`))
    mkdirSync(`/srv/ibays/${name}/html`, { recursive: true })
    writeFileSync(`/srv/ibays/${name}/html/index.html`, name)
  }
  assert.match(front.apply('domain-modify'), 'the ibay global-pw is closed: PublicAccess global-pw needs passwords')
  for (const name of names)
    for (const scheme of ['http', 'https']) {
      const wanted = name.includes('-pw') || name.startsWith('odd') ? CLOSED : EXPECTED[name]
      assert.equal(answers(`${scheme}://${name}.example/`), wanted, `${scheme} ${name}`)
    }
  writeFileSync(FILE, must(words('openssl passwd -apr1 secret')).replace(/^/, 'anna:'))
  for (const name of names) if (name.includes('-pw')) must(words(`db accounts setprop ${name} BasicAuthFile ${FILE}`))
  front.apply('ibay-modify')
  for (const [kind, wanted] of Object.entries(EXPECTED)) assert.equal(answers(`https://${kind}.example/`), wanted, kind)
})

step('together with private sites, .htaccess files and a shared folder, the least of all holds', () => {
  const open =
    '<Files "*">\nRequire all granted\n</Files>\n<If "true">\nRequire all granted\n</If>\nRequire all granted\n'
  for (const kind of Object.keys(EXPECTED))
    writeFileSync(`/srv/ibays/${kind}/html/.htaccess`, kind === 'global' ? '' : open)
  const cases = ['public', 'private'].flatMap(access => ['None', 'All'].map(over => [access, over] as const))
  for (const [access, over] of cases) {
    must(words(`config setprop modSSL access ${access}`))
    must(words('db accounts batch'), {
      input: Object.keys(EXPECTED)
        .map(kind => `setprop ${kind} AllowOverride ${over}\n`)
        .join(''),
    })
    front.apply('ibay-modify')
    for (const [kind, wanted] of Object.entries(EXPECTED)) {
      const limits = (access === 'public' ? wanted : [...wanted.slice(0, 2), 403, 403]).map(status => status === 200)
      const found = answers(`https://${kind}.example/`).map(status => status === 200)
      const what = `${access} ${kind} ${over}: ${found}`
      // A .htaccess file that is not allowed to open what is closed may be an error: then nobody gets in.
      if (over === 'None') assert.equal(found, limits, what)
      else
        assert.not(
          found.some((isIn, index) => isIn && !limits[index]),
          what,
        )
    }
  }
  must(words('config setprop modSSL access public'))
  must(words('db accounts set twin ibay Path /srv/ibays/none/html/ PublicAccess global'))
  must(words('db domains set twin.example domain Content twin'))
  front.apply('domain-modify')
  for (const name of ['twin', 'none']) assert.equal(answers(`https://${name}.example/`), CLOSED, name)
})

step(
  'visitors of a tunnel come from this machine: doctor warns, and LocalTunnel closes private sites to them',
  async () => {
    const from = (address: string, url: string) => front.visit(url, '--interface', address).status
    must(words('config setprop modSSL access private'))
    writeFileSync('/srv/ibays/local/html/.htaccess', '')
    front.record('wiki.example.com', 'proxy', { access: 'private', Folder: '/srv/ibays/global/html' })
    const urls = ['https://example.com/', 'https://local.example/', 'https://wiki.example.com/']
    writeFileSync('/srv/ibays/Primary/html/index.html', 'home')
    front.apply('console-save')
    copyFileSync('/bin/sleep', '/root/cloudflared')
    await front.daemons.start('tunnel', ['/root/cloudflared', '1000'], () => true)
    const doctor = () => run(words('gabarit doctor')).stdout
    assert.match(doctor(), 'warning  tunnel: cloudflared runs on this machine')
    for (const url of urls) assert.is(from('127.0.0.1', url), 200, url)
    must(words('config setprop httpd LocalTunnel yes'))
    front.apply('console-save')
    assert.match(doctor(), 'ok       tunnel: ')
    for (const url of urls)
      assert.equal([from('127.0.0.1', url), from(LOCAL, url), from(OTHER, url)], [403, 200, 403], url)
  },
)

ibays.run()
