// Files at well-known places are judged by their daemons' own checkers, whichever template makes them. On `/`, in private
// namespaces, with the real sshd, visudo, nginx, Apache and dehydrated.
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { findCommand, needsCommands } from '../support/packages.ts'
import { ON_ROOT, template } from '../support/real-root.ts'
import { BIN, type Outcome, PROJECT, run } from '../support/sandbox.ts'
import { firstReason, testIf } from '../support/skip.ts'

const reason = firstReason(
  enterNamespace('checkers'),
  needsCommands('sshd', 'visudo', 'nginx', 'apache2', 'dehydrated'),
)
const checkers = suite('well-known files')
const test = (name: string, body: () => void) => testIf(checkers, reason, name, body)
const env = ON_ROOT

const expand = (...paths: string[]): Outcome => run(['expand-template', ...paths], { env })

/**
 * A template of a site that names no checker: wrong text is refused and nothing is written, right text is.
 * @param origin the fragment and line that the refusal must name
 */
function judged(path: string, right: string, wrong: string, said: RegExp, origin = '', metadata = {}): void {
  template(path, wrong, metadata)
  const refused = expand(path)
  assert.is(refused.status, 3, refused.stdout + refused.stderr)
  assert.match(refused.stderr, said)
  assert.match(refused.stderr, origin)
  assert.not(existsSync(path))
  template(path, right, metadata)
  const { status, stderr } = expand(path)
  assert.is(status, 0, stderr)
  assert.ok(readFileSync(path, 'utf8').endsWith(right))
}

test('sshd', () => {
  judged(
    '/etc/ssh/sshd_config.d/site.conf',
    'PermitRootLogin no\n',
    'PermitRootLogin no\nPermitRotLogin no\n',
    /refused by sshd: .*Bad configuration option: PermitRotLogin/,
    'was made by /etc/gabarit/templates/etc/ssh/sshd_config.d/site.conf:2',
  )
  assert.not(existsSync('/run/sshd'), 'nothing is left of the check')
})

test('the checker of sshd leaves no folder behind, nor touches one that is there, whether it may hide it or not', () => {
  const poor = '/run/poor'
  mkdirSync(poor)
  for (const name of ['sh', 'mkdir', 'rmdir', 'sshd']) symlinkSync(findCommand(name) ?? name, join(poor, name))
  const checker = join(PROJECT, 'checkers/sshd')
  for (const PATH of [process.env.PATH, poor]) {
    assert.equal([run([checker], { env: { PATH } }).status, existsSync('/run/sshd')], [0, false], PATH)
    outputFileSync('/etc/ssh/sshd_config.d/bad.conf', 'Nonsense yes\n')
    const { status, stderr } = run([checker], { env: { PATH } })
    assert.is.not(status, 0)
    assert.match(stderr, 'Bad configuration option: Nonsense')
    assert.not(existsSync('/run/sshd'), PATH)
    rmSync('/etc/ssh/sshd_config.d/bad.conf')
  }
  mkdirSync('/run/sshd')
  assert.equal([run([checker]).status, existsSync('/run/sshd')], [0, true])
  rmdirSync('/run/sshd')
})

test('visudo judges all of sudoers', () => {
  judged(
    '/etc/sudoers.d/site',
    'ADMINS ALL=(ALL) ALL\nUser_Alias ADMINS = ann, bob\n',
    'ann ALL=(ALL) ALL\nbob ALL=\n',
    /refused by visudo: .*syntax error/,
    'was made by /etc/gabarit/templates/etc/sudoers.d/site:2',
    { mode: '0440' },
  )
})

test('nginx, and what is only wrong together with another file', () => {
  judged(
    '/etc/nginx/conf.d/site.conf',
    'upstream shop { server 127.0.0.1:8081; }\n',
    'upstream shop { server 127.0.0.1:8081; }\nservre { }\n',
    /refused by nginx: .*unknown directive "servre"/,
    'was made by /etc/gabarit/templates/etc/nginx/conf.d/site.conf:2',
  )
  template('/etc/nginx/conf.d/twin.conf', 'upstream shop { server 127.0.0.1:8082; }\n')
  const twin = expand('/etc/nginx/conf.d/twin.conf')
  assert.is(twin.status, 3)
  assert.match(twin.stderr, 'duplicate upstream "shop"')
})

test('the removal of a file that others need is judged too', () => {
  template('/etc/nginx/conf.d/user.conf', 'server { listen 8088; location / { proxy_pass http://shop; } }\n')
  assert.is(expand('/etc/nginx/conf.d/user.conf').status, 0)
  outputFileSync('/etc/gabarit/templates-custom/etc/nginx/conf.d/site.conf.template.json', '{ "delete": true }')
  const removal = expand('/etc/nginx/conf.d/site.conf')
  assert.is(removal.status, 3, removal.stdout)
  assert.match(removal.stderr, /site\.conf is refused by nginx: .*host not found in upstream "shop"/)
  assert.ok(existsSync('/etc/nginx/conf.d/site.conf'))
  rmSync('/etc/gabarit/templates-custom', { recursive: true })
})

test('the configuration that dehydrated cannot use is refused by dehydrated', () => {
  rmSync('/etc/dehydrated/config')
  const wrong = 'BASEDIR=/etc/dehydrated\nWELLKNOWN=/etc/dehydrated\nKEY_ALGO=latin\n'
  judged(
    '/etc/dehydrated/config',
    wrong.replace('latin', 'rsa'),
    wrong,
    /refused by dehydrated: .*Unknown public key algorithm latin/s,
  )
})

test('what a template says of its own goes before the table', () => {
  const file = '/etc/sudoers.d/own'
  template(file, 'no sudoers at all\n', { mode: '0440', validate: [] })
  assert.is(expand(file).status, 0, 'an empty list: not checked')
  rmSync(file)
})

test('a shipped checker whose program is missing does not judge, and that is said', () => {
  const file = '/etc/ssh/sshd_config.d/other.conf'
  template(file, 'Nonsense yes\n')
  const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`
  const { status, stderr } = run([join(BIN, 'expand-template'), file], { env: { ...env, PATH } })
  assert.is(status, 0, stderr)
  assert.match(stderr, `${file} is not checked: sshd not installed`)
})

checkers.run()
