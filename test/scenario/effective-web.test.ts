// What the real Apache and nginx serve, against records and files: names that files of others take, and certificates on disk.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { Front } from '../support/front.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'

const scenario = suite('what web servers serve')
const step = stepsOf(
  scenario,
  needsCommands('nginx', 'apache2', 's6-svscan', 'curl', 'openssl') ?? enterNamespace('home'),
)
const front = new Front()
scenario.after(() => front.stop())

/** `gabarit verify --effective` finds exactly these differences, each with these words. */
function differs(...expected: readonly (readonly string[])[]): void {
  const { stdout } = run(words('gabarit verify --effective --json'))
  const found: { winner: string }[] = JSON.parse(stdout).effective.differences
  assert.is(found.length, expected.length, stdout)
  for (const [index, parts] of expected.entries())
    for (const part of parts) assert.ok(JSON.stringify(found[index]).includes(part), `${part}: ${stdout}`)
}

step('nginx in front of Apache: all is in effect', async () => {
  await front.start({ 3001: 'plex' }, 'config set LocalIP 127.0.0.1')
  front.record('plex.example.com', 'proxy', { Upstreams: 'http://127.0.0.1:3001' })
  front.apply()
  differs()
})

step('a name that a file of somebody else takes first is named by event, verify and doctor', () => {
  const rival = '/etc/nginx/conf.d/sites-enabled/00-mine.conf'
  outputFileSync(
    rival,
    'server { listen 80; listen 443 ssl; server_name other.example.com Plex.example.com; # mine\n' +
      'ssl_certificate /var/lib/gabarit/ssl/self-signed.pem; ssl_certificate_key /var/lib/gabarit/ssl/self-signed.pem;\n' +
      'location / { return 200 "mine; not yours"; } }\n',
  )
  front.record('plex.example.com', 'proxy', { Upstreams: 'http://127.0.0.1:3001', MaxUpload: '5m' })
  const said = 'plex.example.com: the site of gabarit is wanted, but another site of that name'
  assert.ok(front.apply().includes(`warning: nginx ${said} would hold: ${rival}:1 decides`))
  assert.is(front.visit('http://plex.example.com/').body, 'mine; not yours')
  differs(['plex.example.com', rival])
  assert.ok(run(words('gabarit doctor')).stdout.includes(said))
  rmSync(rival)
  outputFileSync(
    '/etc/nginx/conf.d/sites-enabled/zz-mine.conf',
    'server { listen 80; server_name plex.example.com; }\n',
  )
  outputFileSync(
    '/etc/nginx/conf.d/sites-enabled/yy.conf',
    'server { listen 127.0.0.1:443 ssl; server_name x.org; ssl_reject_handshake on; }\n',
  )
  differs(['127.0.0.1:443', 'for all names', '/yy.conf:1'])
  for (const name of ['zz-mine', 'yy']) rmSync(`/etc/nginx/conf.d/sites-enabled/${name}.conf`)
})

step('the same for Apache, whose files a fragment of the site includes', () => {
  const custom = '/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf/70Mine'
  outputFileSync(custom, 'Include /etc/httpd/mine.conf\n')
  outputFileSync(
    '/etc/httpd/mine.conf',
    '<VirtualHost *:10080>\n ServerName else.org\n</VirtualHost>\n<VirtualHost *:10080>\nServerName x.org\nServerAlias www.example.com\n</VirtualHost>\n',
  )
  const said = front.apply('console-save')
  assert.match(
    said,
    /warning: httpd www\.example\.com: the site of gabarit is wanted, but another site .*mine\.conf:4 decides/,
  )
  const first = custom.replace('70Mine', '25Mine')
  renameSync(custom, first)
  outputFileSync('/etc/httpd/mine.conf', '<VirtualHost *:10080>\n ServerName else.org\n</VirtualHost>\n')
  assert.match(
    front.apply('console-save'),
    'warning: httpd names without a site, port 10080: the site of gabarit is wanted, but another site would hold: /etc/httpd/mine.conf:1 decides',
  )
  rmSync(first)
  rmSync('/etc/httpd/mine.conf')
  front.apply('console-save')
})

step('a certificate that is replaced on disk is not the one that is served', () => {
  differs()
  const [made, folder] = [join(front.folder, 'authority'), '/etc/ssl/mine']
  const authority = new TestAuthority(made)
  const names = ['example.com', 'www.example.com', 'plex.example.com']
  authority.issue(names, folder)
  must(
    words(
      `config setprop modSSL crt ${folder}/cert.pem key ${folder}/privkey.pem CertificateChainFile ${folder}/chain.pem`,
    ),
  )
  front.apply('ssl-update')
  differs()
  authority.issue(names, folder)
  const said = ['the running server', 'signal-event ssl-update']
  differs(
    ['httpd', 'certificate of example.com', `${folder}/cert.pem with`, ...said],
    ['nginx', 'certificate of example.com', `${folder}/fullchain.pem with`, ...said],
  )
  front.apply('ssl-update')
  differs()
  authority.issue(names, folder, -1)
  assert.match(
    front.apply('ssl-update'),
    `warning: nginx certificate of example.com: a valid one is wanted, but ${folder}`,
  )
  const ended = ['certificate of example.com', 'a valid one', 'which ended on ', 'gabarit letsencrypt renew']
  differs(['httpd', ...ended], ['nginx', ...ended])
  authority.issue(names, folder)
  front.apply('ssl-update')
  differs()
  authority.remove()
})

step('a server that does not run is named as that, and asked nothing', () => {
  must(words('s6-svc -wd -T 5000 -d /run/service/nginx'))
  differs(['nginx', 'status', 'nginx is down (exitcode 0) ', 'To start it: s6-svc -wu'])
  const said = /nginx does not run: nginx is down \(exitcode 0\) .*\. To start it: s6-svc -wu/
  for (const command of ['verify --effective', 'doctor', 'status'])
    assert.match(run(words(`gabarit ${command}`)).stdout, said, command)
  const { stdout } = run(words('gabarit verify --effective'), { env: { GABARIT_SERVICE_MANAGER: 'none' } })
  assert.match(
    stdout,
    'but nothing that listens at 127.0.0.1:443 holds. Start nginx; its log says why it does not run.',
  )
})

step('a server that takes connections and says nothing is not told to read its files', async () => {
  const mute = spawn(process.execPath, ['-e', "net.createServer().listen(443, '127.0.0.1', () => console.log())"])
  await once(mute.stdout, 'data')
  const { stdout } = run(words('gabarit verify --effective'), { env: { GABARIT_SERVICE_MANAGER: 'none' } })
  mute.kill()
  await once(mute, 'exit')
  assert.match(stdout, 'but no answer within 10 seconds at 127.0.0.1:443 holds. It hangs, or the machine is very busy')
  front.apply()
  differs()
})

step('nginx.conf is as it was before gabarit while nginx is off, and ours again after a rollback', () => {
  const former = 'events {}\nhttp { include /etc/nginx/conf.d/*.conf; }\n'
  for (let round = 0; round < 2; round++) {
    must(words('config setprop nginx status disabled'))
    must(words('config set WebFrontend httpd'))
    assert.match(front.apply(), 'put back /etc/nginx/nginx.conf (as it was before gabarit)')
    assert.is(readFileSync('/etc/nginx/nginx.conf', 'utf8'), former)
    assert.not.match(front.apply(), '/etc/nginx/nginx.conf')
    must(words('gabarit rollback'))
    assert.match(readFileSync('/etc/nginx/nginx.conf', 'utf8'), 'sites-enabled')
  }
})

scenario.run()
