// What is on disk has been broken, and an event tells the daemons to load it, whether it changes a file or not: they are left
// alone and go on serving. Real Apache, nginx, sshd and OpenVPN under the real s6 and supervisord, in private namespaces.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { Daemons } from '../support/daemons.ts'
import { ask, servedCertificate } from '../support/http.ts'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must, run, words } from '../support/sandbox.ts'
import { stepsOf } from '../support/steps.ts'
import { startSupervisord } from '../support/supervisord.ts'
import { waitFor } from '../support/wait.ts'

const PROGRAMS = ['apache2', 'nginx', 'sshd', 'openvpn', 'make-cadir', 'openssl', 'curl', 's6-svscan', 'supervisord']
const reason = needsCommands(...PROGRAMS) ?? enterNamespace('alive')
const alive = suite('daemons that go on serving')
const step = stepsOf(alive, reason)
const daemons = new Daemons()
const type = (line: string) => must(words(line), { timeoutSeconds: 120 })

/** What the services run, by name for their manager. */
const COMMANDS = {
  apache2: 'apache2 -f /etc/httpd/conf/httpd.conf -DFOREGROUND',
  nginx: "nginx -c /etc/nginx/nginx.conf -g 'daemon off;'",
  ssh: '/usr/sbin/sshd -D -e',
  'openvpn-server@openvpn': 'openvpn --cd /etc/openvpn/server --config openvpn.conf',
}
const [CRT, KEY, CHAIN] = ['/srv/own.crt', '/srv/own.key', '/srv/own.chain']
const [VPN_KEY, SSHD] = ['/etc/openvpn/server/openvpn.key', '/etc/ssh/sshd_config']

alive.after(() => daemons.stopAll())

/** The process of each service. */
let processes: () => string = () => ''

const greeting = () => must(['timeout', '5', 'bash', '-c', 'read -r line </dev/tcp/127.0.0.1/22 && echo "$line"'])

/** All four answer, with the certificate that they loaded when all was well. */
function assertServing(): void {
  for (const port of [443, 10443]) {
    const { fingerprint256 } = servedCertificate('example.org', port)
    assert.is(fingerprint256, served, `port ${port}`)
  }
  assert.is(ask('http://127.0.0.1:10080/').body, 'the site\n')
  assert.match(greeting(), 'SSH-2.0')
  assert.match(type('gabarit vpn status'), /^openvpn: running since/m)
}
let served = ''

/**
 * Breaks a file, and runs commands that would have it loaded: each ends with 1 and these words, and nobody is touched.
 * @param commands each is also asked with `--check` if it is an event
 */
function broken(file: string, content: string | Buffer, said: RegExp, ...commands: string[]): void {
  const [before, good] = [processes(), readFileSync(file)]
  writeFileSync(file, content)
  const checks = commands.filter(line => line.startsWith('signal-event')).map(line => `${line} --check`)
  for (const line of [...checks, ...commands]) {
    const { status, stdout, stderr } = run(words(line), { timeoutSeconds: 120 })
    assert.is(status, 1, `${line}: ${stdout}${stderr}`)
    assert.match(stderr, said, line)
  }
  assert.is(processes(), before)
  assertServing()
  writeFileSync(file, good)
  type(commands[0] ?? '')
}

const MANAGERS = {
  supervisord: async () => {
    await startSupervisord(daemons, COMMANDS, 'autostart=false\nstartsecs=0\n')
    processes = () => (type('supervisorctl status').match(/^\S+ +\w+ +pid \d+/gm) ?? []).join()
  },
  s6: async () => {
    await daemons.stopAll()
    rmSync('/run/supervisor.sock', { force: true })
    await startS6(daemons, '/run/service')
    for (const [name, command] of Object.entries(COMMANDS)) {
      addS6Service('/run/service', name, `#!/bin/sh\nexec ${command} >>/run/${name}.log 2>&1\n`)
      type(`s6-svc -wu -u /run/service/${name}`)
    }
    processes = () =>
      Object.keys(COMMANDS)
        .map(name => type(`s6-svstat -o pid /run/service/${name}`))
        .join()
  },
}

step('a server with certificates of its own', () => {
  for (const name of ['own', 'other']) {
    new TestAuthority(`/srv/${name}-ca`).issue(['example.org'], `/srv/${name}`)
    for (const [file, ending] of [
      ['cert', 'crt'],
      ['privkey', 'key'],
      ['chain', 'chain'],
    ])
      copyFileSync(`/srv/${name}/${file}.pem`, `/srv/${name}.${ending}`)
  }
  must(['ssh-keygen', '-A'])
  for (const folder of ['/run/sshd', '/run/openvpn-server', '/srv/extra']) mkdirSync(folder)
  outputFileSync('/srv/extra/own.conf', '# by hand\n')
  outputFileSync('/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf/99Own', 'IncludeOptional /srv/extra/*.conf\n')
  outputFileSync('/etc/gabarit/events/vpn-again/services2adjust/openvpn', 'restart\n')
  for (const line of ['set DomainName example.org', 'set SystemName server', 'set WebFrontend nginx'])
    type(`config ${line}`)
  must(words('signal-event post-install'), { env: { GABARIT_SERVICE_MANAGER: 'none' } })
  outputFileSync('/srv/ibays/Primary/html/index.html', 'the site\n')
  type(`config setprop modSSL crt ${CRT} key ${KEY} CertificateChainFile ${CHAIN}`)
  for (const line of [
    'nginx status enabled',
    'firewall status disabled',
    'openvpn status enabled remoteHost 198.51.100.1',
  ])
    type(`config setprop ${line}`)
})

for (const [name, start] of Object.entries(MANAGERS)) {
  step(`${name}: all of them serve`, async () => {
    await start()
    for (const event of ['console-save', 'nginx-update', 'openvpn-update', 'remoteaccess-update'])
      type(`signal-event ${event}`)
    served = servedCertificate('example.org').fingerprint256
    await waitFor('all to answer', () => {
      assertServing()
      return true
    })
  })

  step(`${name}: Apache and nginx: the key of another certificate`, () => {
    const said = /httpd is left alone.*own\.key: this private key does not match the certificate \/srv\/own\.crt/s
    broken(KEY, readFileSync('/srv/other.key'), said, 'signal-event ssl-update')
  })

  step(`${name}: Apache: a file that it includes`, () => {
    broken(
      '/srv/extra/own.conf',
      'Nonsense on\n',
      /refused by apache2: .*extra\/own\.conf:.*Invalid command 'Nonsense'/s,
      'signal-event ssl-update',
    )
  })

  step(`${name}: Apache: what it only opens when it starts, and apache2 -t does not miss`, () => {
    broken(
      '/srv/extra/own.conf',
      'TypesConfig /srv/none.types\n',
      /httpd is left alone.*refused by apache: .*could not open mime types config file \/srv\/none\.types/s,
      'signal-event ssl-update',
    )
  })

  step(`${name}: sshd: a file of which gabarit writes nothing`, () => {
    broken(
      SSHD,
      'Nonsense yes\n',
      /sshd is left alone.*Bad configuration option: Nonsense/s,
      'signal-event remoteaccess-update',
    )
  })

  step(`${name}: OpenVPN: the key of another certificate`, () => {
    broken(
      VPN_KEY,
      readFileSync('/srv/other.key'),
      /openvpn\.key: this private key does not match/,
      'signal-event vpn-again',
      'gabarit vpn restart openvpn',
    )
  })
}

step('an empty key, another certificate, the chain of others', () => {
  broken(KEY, '', /\/srv\/own\.key: this file is empty/, 'signal-event console-save')
  broken(CRT, readFileSync('/srv/other.crt'), /own\.key: this private key does not match/, 'signal-event domain-modify')
  const locked = ['pkey', '-in', KEY, '-aes256', '-passout', 'pass:secret']
  for (const format of [[], ['-traditional']])
    broken(
      KEY,
      must(['openssl', ...locked, ...format]),
      /own\.key: this private key has a password, and nobody types it when Apache loads the key/,
      'signal-event ssl-update',
    )
  const foreign = /own\.chain: no certificate in it has signed \/srv\/own\.crt/
  broken(CHAIN, readFileSync('/srv/other.chain'), foreign, 'signal-event host-modify')
})

step('rollback and revert to files that the checkers refuse by now', () => {
  const newest = (): { id: number; outcome: string } => JSON.parse(type('gabarit history --limit 1 --json'))[0]
  const { id } = newest()
  type('config setprop modSSL crt /srv/other.crt key /srv/other.key CertificateChainFile /srv/other.chain')
  type('signal-event console-save')
  const other = newest().id
  const files = ['/etc/httpd/conf/httpd.conf', '/etc/nginx/snippets/tls.conf', '/var/lib/gabarit/db/configuration.json']
  const state = () => files.map(file => readFileSync(file, 'utf8')).join()
  const [before, now] = [processes(), state()]
  const { fingerprint256 } = servedCertificate('example.org')
  assert.is.not(fingerprint256, served)
  const good = readFileSync(KEY)
  const refused = (said: RegExp, lines = [`gabarit rollback ${id}`, `gabarit revert ${other}`]) => {
    for (const line of lines)
      for (const command of [`${line} --check`, line]) {
        const { status, stderr } = run(words(command), { timeoutSeconds: 120 })
        assert.is(status, 3, `${command}: ${stderr}`)
        assert.match(stderr, said, `${command}: ${stderr}`)
        assert.equal([processes(), state()], [before, now], command)
        for (const port of [443, 10443])
          assert.is(servedCertificate('example.org', port).fingerprint256, fingerprint256, command)
      }
    assert.is(newest().outcome, 'refused')
  }
  writeFileSync(KEY, readFileSync('/srv/other.key'))
  refused(/own\.key: this private key does not match the certificate \/srv\/own\.crt/)
  writeFileSync(KEY, '')
  refused(/own\.key: this file is empty/)
  rmSync(KEY)
  const missing =
    /httpd\.conf:\d+ "SSLCertificateKeyFile +\/srv\/own\.key"\n.*nginx\.conf is refused by nginx: .*own\.key/s
  refused(missing, [`gabarit rollback ${id}`])
  const { status, stderr } = run(words(`gabarit revert ${other} --check`))
  assert.is(status, 0, 'files are made anew, and another certificate takes the place of one without its key')
  assert.is(stderr.match(/own\.key does not exist, so its certificate is not served/g)?.length, 1, 'it is said once')
  writeFileSync(KEY, good)
  writeFileSync('/srv/extra/own.conf', 'Nonsense on\n')
  refused(/Invalid command 'Nonsense'/)
  writeFileSync('/srv/extra/own.conf', '# by hand\n')
  type(`gabarit revert ${other}`)
  assertServing()
  type('gabarit rollback')
  assert.is(servedCertificate('example.org').fingerprint256, fingerprint256)
  type(`gabarit rollback ${id}`)
  assertServing()
})

step('a certificate whose key is too short for OpenSSL', () => {
  const good = readFileSync(KEY)
  must(
    words(
      'openssl req -x509 -newkey rsa:1024 -nodes -subj /CN=example.org -days 9 -keyout /srv/short.key -out /srv/short.crt',
    ),
  )
  const short = readFileSync('/srv/short.crt')
  writeFileSync(KEY, readFileSync('/srv/short.key'))
  type('config delprop modSSL CertificateChainFile')
  assert.match(run(words('signal-event ssl-update')).stderr, 'own.key: this private key does not match')
  writeFileSync(CRT, short)
  const [before] = [processes()]
  for (const option of [['--check'], []]) {
    const { status, stderr } = run(['signal-event', ...option, 'ssl-update'])
    assert.ok(status === 1 || status === 3, stderr)
    assert.match(stderr, '/srv/own.crt: its key has 1024 bits, and OpenSSL loads none below 2048')
  }
  assert.is(processes(), before)
  assertServing()
  writeFileSync(KEY, good)
  copyFileSync('/srv/own/cert.pem', CRT)
  type(`config setprop modSSL CertificateChainFile ${CHAIN}`)
  type('signal-event ssl-update')
})

step('a new certificate whose key does not match is refused before a file is written', () => {
  const before = readFileSync('/etc/httpd/conf/httpd.conf', 'utf8')
  type('db domains setprop example.org crt /srv/own.crt key /srv/other.key')
  for (const option of [[], ['--check']]) {
    const { status, stderr } = run(['signal-event', ...option, 'domain-modify', 'example.org'])
    assert.is(status, 3, stderr)
    assert.match(stderr, '/srv/other.key: this private key does not match the certificate /srv/own.crt')
  }
  assert.is(readFileSync('/etc/httpd/conf/httpd.conf', 'utf8'), before)
})

alive.run()
