import { mkdirSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { must, run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { configuration, HTTPD, Server } from './server.ts'

const HOOK = '/etc/dehydrated/hook.sh'
const hook = suite('hook of dehydrated')
/** Its event sees to the self-signed certificate. */
const reason = needsCommands('openssl')
let server: Server

hook.before.each(() => {
  const letsencrypt = { status: 'test', servers: 'none' }
  server = new Server({ configuration: configuration({ letsencrypt: ['service', letsencrypt] }) })
  server.must(['expand-template', HOOK])
})
hook.after.each(() => server.remove())

/** A certificate in the folder of dehydrated, and what dehydrated calls its hook with then. */
function deployArguments(): string[] {
  const folder = server.path('/etc/dehydrated/acme-staging-v02.api.letsencrypt.org/example.org')
  mkdirSync(folder, { recursive: true })
  const file = (kind: string) => join(folder, `${kind}-1700000000.pem`)
  const make = (subject: string, key: string, certificate: string, ...more: string[]) =>
    must([
      ...'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 90'.split(' '),
      ...['-subj', subject, '-keyout', key, '-out', certificate, ...more],
    ])
  // Let's Encrypt marks its test issuers; an issuer of another name would not be believed.
  const issuer = "/O=(STAGING) Let's Encrypt/CN=(STAGING) Wheat"
  make(issuer, file('issuer'), file('chain'), '-addext', 'basicConstraints=critical,CA:TRUE')
  const signed = ['-CA', file('chain'), '-CAkey', file('issuer'), '-addext', 'subjectAltName=DNS:example.org']
  make('/CN=example.org', file('privkey'), file('cert'), ...signed)
  for (const kind of ['privkey', 'cert', 'chain']) symlinkSync(`${kind}-1700000000.pem`, join(folder, `${kind}.pem`))
  const paths = ['privkey', 'cert', 'fullchain', 'chain'].map(kind => join(folder, `${kind}.pem`))
  return ['deploy_cert', 'example.org', ...paths, '1700000000']
}

/** Calls the generated script as dehydrated does, from an environment without our commands on PATH. */
function call(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const PATH = `${process.execPath.replace(/\/[^/]*$/, '')}:/usr/bin:/bin`
  // SHLVL as dehydrated leaves it, which is bash too: at level 0 bash may take its input for a login and read .bashrc.
  const base = { SHLVL: '1', GABARIT_ROOT: server.root, GABARIT_SERVICE_MANAGER: 'none', ...env }
  const words = Object.entries(base).map(([name, value]) => `${name}=${value}`)
  return run([
    'env',
    '-i',
    `PATH=${PATH}`,
    ...words,
    'sh',
    '-c',
    'umask 077; exec "$@"',
    '-',
    server.path(HOOK),
    ...args,
  ])
}

testIf(hook, reason, 'deploy_cert takes the certificate over, enters it and brings it to the web server', () => {
  const deploy = deployArguments()
  const { status, stderr } = call(deploy)
  assert.is(status, 0, stderr)
  const folder = '/var/lib/gabarit/letsencrypt/acme-staging-v02.api.letsencrypt.org/certificates/example.org/1700000000'
  assert.is(
    server.must('config printprop modSSL crt key CertificateChainFile'),
    `crt=${folder}/cert.pem\nkey=${folder}/privkey.pem\nCertificateChainFile=${folder}/chain.pem\n`,
  )
  for (const name of ['cert', 'chain', 'fullchain', 'privkey'])
    assert.is(statSync(server.path(`${folder}/${name}.pem`)).mode & 0o777, 0o600, name)
  assert.match(server.read(HTTPD), `SSLCertificateFile ${folder}/cert.pem`)
})

testIf(hook, reason, 'within a run of gabarit it is only taken over', () => {
  const { status, stderr } = call(deployArguments(), { GABARIT_LETSENCRYPT_RUN: '1' })
  assert.is(status, 0, stderr)
  assert.is(server.run('config getprop modSSL crt').status, 1)
  assert.match(server.must('gabarit letsencrypt list'), 'example.org  1700000000  test: ')
})

hook('other steps, known and unknown, end well and print nothing', () => {
  const steps = [
    ['startup_hook'],
    ['this_hookscript_is_broken__dehydrated_is_working_fine__please_ignore_unknown_hooks_in_your_script'],
    ['generate_csr', 'example.org', '/c', 'example.org www.example.org'],
    ['deploy_challenge', 'example.org', 'token', 'answer'],
    ['unchanged_cert', 'example.org', '/c/privkey.pem', '/c/cert.pem', '/c/fullchain.pem', '/c/chain.pem'],
    ['exit_hook', ''],
    [],
  ]
  for (const step of steps) assert.equal(call(step), { status: 0, stdout: '', stderr: '' }, step.join(' '))
  assert.is(server.run('config getprop modSSL crt').status, 1)
})

testIf(hook, reason, 'fails loudly when the certificate is not right', () => {
  const deploy = deployArguments()
  const [, , key = ''] = deploy
  server.write(`${dirname(key).slice(server.root.length)}/privkey-1700000000.pem`, 'none')
  const { status, stderr } = call(deploy)
  assert.is(status, 1)
  assert.match(stderr, 'the private key cannot be read')
  assert.match(stderr, 'is not in service')
})

testIf(hook, reason, 'fails loudly when the event fails', () => {
  server.write('/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf/99broken', '<%= undefined %>\n')
  const { status, stderr } = call(deployArguments())
  assert.is(status, 1)
  assert.match(stderr, 'the event ssl-update failed')
})

testIf(hook, reason, 'answers to challenges are given to the command that publishes them', () => {
  server.must('config setprop letsencrypt challengeHook /bin/echo')
  server.must(['expand-template', HOOK])
  assert.is(call(['deploy_challenge', 'a.example', 't', 'v']).stdout, 'deploy_challenge a.example t v\n')
  server.must('config setprop letsencrypt challengeHook /bin/false')
  server.must(['expand-template', HOOK])
  assert.match(
    call(['clean_challenge', 'a.example', 't', 'v']).stderr,
    'challengeHook of letsencrypt failed for a.example',
  )
})

hook.run()
