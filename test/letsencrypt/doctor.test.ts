import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { TestAuthority } from '../support/authority.ts'
import { healthy as server, wrong } from '../support/doctor.ts'
import { needsCommands } from '../support/packages.ts'
import type { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const doctor = suite('certificates in gabarit doctor')

doctor('a dead authority', () => {
  const box = server()
  box.must('config setprop letsencrypt ProductionCA https://acme-v01.api.letsencrypt.org/directory')
  const { status, found } = wrong(box)
  assert.is(status, 1)
  assert.equal([found[0]?.id, found[0]?.level], ['acme-address', 'error'])
  assert.match(found[0]?.message ?? '', /no longer answers/)
  assert.match(found[0]?.command ?? '', /^config setprop letsencrypt ProductionCA https:\/\/acme-v02/)
  box.remove()
})

doctor('a certificate that is gone', () => {
  const box = server()
  box.must('config set modSSL service crt /etc/a.crt key /etc/a.key')
  const { status, found } = wrong(box)
  assert.is(status, 1)
  assert.equal([found[0]?.id, found[0]?.level], ['certificate', 'error'])
  assert.match(found[0]?.message ?? '', /modSSL (crt|key): \/etc\/a\.(crt|key) does not exist/)
  assert.match(found[0]?.command ?? '', /^config delprop modSSL /)
  box.must('config set letsencrypt service status enabled')
  assert.is(wrong(box).found[0]?.command, 'gabarit letsencrypt setup')
  box.remove()
})

testIf(doctor, needsCommands('openssl'), 'a certificate that ends soon, has ended, or is none', () => {
  const box = server()
  box.must('config set modSSL service crt /etc/a.crt key /etc/a.key')
  box.must('config set DomainName example.org')
  box.write('/ca/index.txt', '')
  box.write('/etc/x', '')
  const policy = '[any]\ncommonName = supplied\n[req]\ndistinguished_name = req\n'
  const own = 'database = index.txt\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = sha256\npolicy = any\n'
  box.write('/ca/ca.cnf', `[ca]\ndefault_ca = own\n[own]\n${own}${policy}`)
  const openssl = (line: string) => box.must(['openssl', ...line.split(' ')], { cwd: box.path('/ca') })
  const key = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=example.org -keyout ${box.path('/etc/a.key')}`
  openssl(`req -new -config ca.cnf ${key} -out a.csr`)
  /** A certificate that began and ends so many days from now. */
  const make = (begin: number, end: number) => {
    const time = (days: number) =>
      `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]|\..*/g, '')}Z`
    const dates = `-startdate ${time(begin)} -enddate ${time(end)}`
    const files = `-keyfile ${box.path('/etc/a.key')} -in a.csr -out ${box.path('/etc/a.crt')}`
    openssl(`ca -batch -config ca.cnf -selfsign -notext ${dates} ${files}`)
    box.write('/ca/index.txt', '')
  }
  make(0, 90)
  assert.equal(wrong(box).found, [])
  make(-4, 2)
  assert.equal(wrong(box).found, [], 'a third of a short life is left')
  make(-85, 5)
  assert.match(wrong(box).found[0]?.message ?? '', /\/etc\/a\.crt expires in [45] days/)
  make(2, 90)
  assert.match(wrong(box).found[0]?.message ?? '', /\/etc\/a\.crt is not valid before /)
  make(-85, 5)
  assert.is(wrong(box).status, 0)
  box.must('gabarit initialize-default-databases')
  assert.match(
    box.must('gabarit status'),
    /certificates:\n {2}\/etc\/a\.crt expires in [45] days: gabarit letsencrypt renew/,
  )
  box.must('db domains set own.org domain crt /etc/none.crt key /etc/a.key', { env: { GABARIT_VALIDATE: 'off' } })
  assert.equal(
    wrong(box).found.map(({ message }) => message.replace(/\d+ days/, 'N days')),
    ['/etc/a.crt expires in N days', 'own.org crt: /etc/none.crt does not exist, so its certificate is not served'],
    'a domain may have a certificate of its own',
  )
  box.must('db domains delete own.org')
  box.write('/etc/a.crt', 'no certificate')
  assert.match(wrong(box).found[0]?.message ?? '', '/etc/a.crt: this file contains no certificate')
  assert.is(wrong(box).status, 1)
  box.remove()
})

testIf(doctor, needsCommands('openssl'), 'files that do not belong together: each is named', () => {
  const box = server()
  box.must('config set DomainName example.org')
  box.must('config set modSSL service crt /etc/own.crt key /etc/own.key CertificateChainFile /etc/own.chain')
  const issue = (name: string, host: string) => {
    new TestAuthority(box.path(`/${name}-ca`)).issue([host], box.path(`/${name}`))
    for (const [file, ending] of [
      ['cert', 'crt'],
      ['privkey', 'key'],
      ['chain', 'chain'],
    ])
      box.write(`/etc/${name}.${ending}`, box.read(`/${name}/${file}.pem`))
  }
  issue('own', 'www.example.org')
  issue('other', 'example.org')
  assert.equal(wrong(box).found, [], 'a name below the domain')
  const locked = box.must(['openssl', 'pkey', '-in', box.path('/etc/own.key'), '-aes256', '-passout', 'pass:secret'])
  const cases: readonly (readonly [file: string, content: string | Buffer, message: string])[] = [
    ['/etc/own.key', '', '/etc/own.key: this file is empty'],
    ['/etc/own.key', 'key', '/etc/own.key: this file contains no private key'],
    [
      '/etc/own.key',
      box.read('/etc/other.key'),
      '/etc/own.key: this private key does not match the certificate /etc/own.crt',
    ],
    ['/etc/own.key', locked, '/etc/own.key: this private key has a password'],
    ['/etc/own.crt', '', '/etc/own.crt: this file is empty'],
    ['/etc/own.chain', box.read('/etc/other.chain'), '/etc/own.chain: no certificate in it has signed /etc/own.crt'],
    ['/etc/own.crt', toDer(box, '/etc/own.crt'), '/etc/own.crt: this is a certificate in DER'],
    ['/etc/own.chain', toDer(box, '/etc/own.chain'), '/etc/own.chain: this is a certificate in DER'],
  ]
  for (const [file, content, message] of cases) {
    const good = box.read(file)
    writeFileSync(box.path(file), content)
    const { status, found } = wrong(box)
    assert.equal([status, found.length], [1, 1], message)
    assert.match(found[0]?.message ?? '', message)
    assert.match(found[0]?.command ?? '', /^(openssl (x509 -inform DER|pkey -in)|config delprop modSSL crt)/)
    box.write(file, good)
  }
  rmSync(box.path('/etc/own.chain'))
  box.must(['mkfifo', box.path('/etc/own.chain')])
  assert.match(wrong(box).found[0]?.message ?? '', 'this is a pipe, not a file')
  rmSync(box.path('/etc/own.chain'))
  issue('own', 'www.example.net')
  const { status, found } = wrong(box)
  assert.equal([status, found[0]?.level], [1, 'error'])
  assert.match(found[0]?.message ?? '', '/etc/own.crt: this certificate is for www.example.net, not for example.org')
  box.remove()
})

/** The certificate of a file in the encoding that no daemon reads. */
function toDer(box: Sandbox, file: string): Buffer {
  box.must(['openssl', 'x509', '-in', box.path(file), '-outform', 'DER', '-out', box.path('/der')])
  return readFileSync(box.path('/der'))
}

doctor.run()
