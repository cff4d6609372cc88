// What is decided without asking anybody: when, whether what came is right, what a failed run says.
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { explainRun } from '../../src/modules/letsencrypt/dehydrated-errors.ts'
import { nextTry, renewalMargin, renewalTime, renewDays, urgency } from '../../src/modules/letsencrypt/renewal.ts'
import { nearestDomain, parseDomainsTxt } from '../../src/modules/letsencrypt/wanted.ts'
import { successorOf } from '../../src/modules/letsencrypt/world.ts'
import { nameProblems, namesOf, readLeaf, verifyCertificate } from '../../src/modules/letsencrypt/x509.ts'
import { folderName } from '../../src/template/text.ts'
import { needsCommands } from '../support/packages.ts'
import { testIf } from '../support/skip.ts'

const DAY = 86_400_000
const life = (days: number) => ({ from: new Date(0), until: new Date(days * DAY) })

const when = suite('when to renew')

when('with a third of the life left, half of a short one', () => {
  assert.is(renewalMargin(life(90)), 30 * DAY)
  assert.is(renewalMargin(life(45)), 15 * DAY)
  assert.is(renewalMargin(life(10)), (10 * DAY) / 3)
  assert.is(renewalMargin(life(6)), 3 * DAY)
  assert.equal(
    [90, 6, 0.5, 100_000].map(days => renewDays(life(days))),
    [30, 3, 1, 3650],
  )
})

when('again after 1, 10, 100 minutes, then every day', () => {
  const minutes = [1, 2, 3, 4, 5, 99].map(count => nextTry(count, new Date(0)).getTime() / 60_000)
  assert.equal(minutes, [1, 10, 100, 1440, 1440, 1440])
})

when('warnings: a quarter, an eighth, a sixteenth, over', () => {
  const levels = [0, 74, 75, 88, 94, 100, 101].map(day => urgency(life(100), new Date(day * DAY)))
  assert.equal(levels, [0, 0, 1, 2, 3, 4, 4])
})

const names = suite('names')

names('the folder of an authority', () => {
  assert.is(folderName('https://acme-v02.api.letsencrypt.org/directory'), 'acme-v02.api.letsencrypt.org')
  assert.is(folderName('https://127.0.0.1:14000/dir'), '127.0.0.1_14000')
  assert.is(folderName('https://ca.example/acme/one/directory'), 'ca.example_acme_one')
  assert.is(folderName('https://../../x'), '__.._x')
  assert.not(folderName('https://../../x').includes('/'))
  assert.not(folderName('https://../x').startsWith('.'))
})

names('addresses of ACME version 1 have successors', () => {
  assert.is(
    successorOf('https://acme-v01.api.letsencrypt.org/directory'),
    'https://acme-v02.api.letsencrypt.org/directory',
  )
  assert.is(
    successorOf('https://acme-staging.api.letsencrypt.org/directory'),
    'https://acme-staging-v02.api.letsencrypt.org/directory',
  )
  assert.is(successorOf('https://acme-v02.api.letsencrypt.org/directory'), undefined)
  assert.is(successorOf('https://acme-v01.api.letsencrypt.org.example/'), undefined)
})

names('domains.txt is read as dehydrated does', () => {
  assert.equal(parseDomainsTxt('Example.org www.example.org www.example.org\n\n# no\n*.b.example b.example > b\n'), [
    { name: 'example.org', names: ['example.org', 'www.example.org'] },
    { name: 'b', names: ['*.b.example', 'b.example'] },
  ])
})

names('the nearest domain', () => {
  const domains = new Set(['example.org', 'a.example.org'])
  const found = ['x.a.example.org', 'example.org', 'www.example.org', 'other.org', 'org'].map(name =>
    nearestDomain(domains, name),
  )
  assert.equal(found, ['a.example.org', 'example.org', 'example.org', undefined, undefined])
})

const said = suite('what dehydrated said')
const ACCOUNT = '/etc/dehydrated/accounts/x'

said('the name that failed is the one of the last challenge', () => {
  const found = explainRun(
    `
 + Responding to challenge for a.example authorization...
 + Challenge is valid!
 + Responding to challenge for b.example authorization...
 + Cleaning challenge tokens...
 + Challenge validation has failed :(
ERROR: Challenge is invalid! (returned: invalid) (result: ["type"]	"http-01"
["error","type"]	"urn:ietf:params:acme:error:connection"
["error","detail"]	"127.0.0.1: \\"refused\\""
["error"]	{"type":"urn:ietf:params:acme:error:connection","detail":"127.0.0.1: \\"refused\\"","status":400})`,
    ACCOUNT,
  )
  assert.equal(found.failedNames, ['b.example'])
  assert.is(found.message, 'b.example: 127.0.0.1: "refused" (connection)')
  assert.not(found.badNonce)
})

said('what a foreign web server answered does not reach the terminal as it is', () => {
  const { message } = explainRun(
    '{"type":"urn:ietf:params:acme:error:unauthorized","detail":"\\u001b[2J\\nall is well"}',
    ACCOUNT,
  )
  assert.is(message, '\\x1b[2J\\nall is well (unauthorized)')
})

said('an authority may call its error as it likes', () => {
  const { message } = explainRun('{"type":"urn:ietf:params:acme:error:constructor","detail":"no"}', ACCOUNT)
  assert.is(message, 'no (constructor)')
})

said('a command that does not publish an answer is named, with its last words', () => {
  const { message } = explainRun(
    ` + Deploying challenge tokens...
ssh: no route to host
/etc/dehydrated/hook.sh: deploy_challenge: the command challengeHook of letsencrypt failed for a.example
ERROR: deploy_challenge hook returned with non-zero exit code`,
    ACCOUNT,
  )
  assert.is(message, 'the command challengeHook of letsencrypt failed for a.example: ssh: no route to host')
})

said('a nonce, an unreachable authority, nothing at all', () => {
  assert.ok(explainRun('{"type": "urn:ietf:params:acme:error:badNonce", "detail": "old"}', ACCOUNT).badNonce)
  const down = explainRun(
    'ERROR: Problem connecting to server (get for https://ca.example/dir; curl returned with 7)',
    ACCOUNT,
  )
  assert.match(down.message, 'cannot be reached (https://ca.example/dir): the connection was refused')
  assert.match(explainRun('', ACCOUNT).message, 'did not say why')
})

const verify = suite('what came')
const folder = mkdtempSync(join(tmpdir(), 'gabarit-verify-'))
verify.after(() => rmSync(folder, { recursive: true }))
const file = (name: string) => join(folder, name)
const text = (name: string) => readFileSync(file(name), 'utf8')

/** Makes a certificate, signed by itself or by another one. */
function make(name: string, issuer?: string): void {
  const subject = ['-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)]
  const signed = issuer === undefined ? [] : ['-CA', file(`${issuer}.pem`), '-CAkey', file(`${issuer}.key`)]
  const extension =
    issuer === undefined ? 'basicConstraints=critical,CA:TRUE' : 'subjectAltName=DNS:a.example,DNS:b.example'
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '90']
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, ...signed, '-addext', extension], { stdio: 'ignore' })
}

const authority = (mode: 'test' | 'production', directory = 'https://ca.example/dir') =>
  ({ mode, directory, id: 'ca.example', folder, bundle: undefined }) as const

testIf(verify, needsCommands('openssl'), 'is compared with what was asked for', () => {
  make('issuer')
  make('other')
  make('leaf', 'issuer')
  const right = { cert: text('leaf.pem'), chain: text('issuer.pem'), key: text('leaf.key') }
  const expected = { authority: authority('production'), foreignIssuers: [] }
  const problems = (texts = right, wanted = {}, now = new Date()) =>
    verifyCertificate(readLeaf(texts.cert, 'leaf'), texts, { ...expected, ...wanted }, now).join('; ')
  assert.is(problems(), '')
  assert.match(problems({ ...right, key: text('other.key') }), 'the private key does not match')
  assert.match(problems({ ...right, key: 'nonsense' }), 'the private key cannot be read')
  assert.match(problems({ ...right, chain: text('other.pem') }), 'the chain is broken')
  assert.match(problems({ ...right, chain: '' }), 'the chain of its issuers is missing')
  assert.throws(() => problems({ ...right, cert: '' }), /contains no certificate/)
  const names = namesOf(readLeaf(right.cert, 'leaf'))
  assert.equal(nameProblems(names, ['a.example', 'b.example']), [])
  assert.equal(nameProblems(names, ['a.example', 'c.example']), ['it does not contain c.example'])
  assert.match(
    problems(right, { foreignIssuers: [new X509Certificate(right.cert).issuer] }),
    'not the production authority',
  )
  const real = { authority: authority('production', 'https://acme-v02.api.letsencrypt.org/directory') }
  assert.match(problems(right, real), 'which is not the production authority')
  assert.match(problems(right, {}, new Date(Date.now() + 91 * DAY)), ' expired at ')
  assert.match(problems(right, {}, new Date(Date.now() - DAY)), 'is the clock correct?')
  const leaf = new X509Certificate(right.cert)
  const after = (days: number) => new Date(Date.now() + days * DAY).toISOString()
  const [start, end] = [after(1), after(2)]
  const soon = renewalTime(leaf, { start, end }).toISOString()
  assert.ok(soon >= start && soon < end)
  const late = { start: after(80), end: after(81) }
  assert.equal(renewalTime(leaf, late), renewalTime(leaf))
})

when.run()
names.run()
said.run()
verify.run()
