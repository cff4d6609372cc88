import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { needsCommands } from '../support/packages.ts'
import { run } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { configuration, HTTPD, Server } from './server.ts'

const HOOK = '/etc/dehydrated/hook.sh'
const DEPLOY = [
  'deploy_cert',
  'example.org',
  '/c/privkey.pem',
  '/c/cert.pem',
  '/c/fullchain.pem',
  '/c/chain.pem',
  '1700000000',
]

const hook = suite('hook of dehydrated')
/** Its event sees to the self-signed certificate. */
const reason = needsCommands('openssl')
let server: Server

hook.before.each(() => {
  server = new Server({ configuration: configuration() })
  server.must(['expand-template', HOOK])
})
hook.after.each(() => server.remove())

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

testIf(hook, reason, 'deploy_cert enters the certificate and brings it to the web server', () => {
  const { status, stderr } = call(DEPLOY)
  assert.is(status, 0, stderr)
  assert.is(
    server.must('config printprop modSSL crt key CertificateChainFile'),
    'crt=/c/cert.pem\nkey=/c/privkey.pem\nCertificateChainFile=/c/chain.pem\n',
  )
  assert.match(server.read(HTTPD), 'SSLCertificateFile /c/cert.pem')
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

hook('fails loudly when the certificate cannot be entered', () => {
  const { status, stderr } = call(DEPLOY.map(word => word.replace('/c/cert.pem', 'not-a-path')))
  assert.is(status, 1)
  assert.match(stderr, 'could not be entered in modSSL')
})

hook('fails loudly when the event fails', () => {
  server.write('/etc/gabarit/templates-custom/etc/httpd/conf/httpd.conf/99broken', '<%= undefined %>\n')
  const { status, stderr } = call(DEPLOY)
  assert.is(status, 1)
  assert.match(stderr, 'signal-event ssl-update')
})

hook.run()
