import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { healthy as server, wrong } from '../support/doctor.ts'
import { needsCommands } from '../support/packages.ts'
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
  assert.is(found[0]?.command, 'gabarit letsencrypt renew')
  box.remove()
})

testIf(doctor, needsCommands('openssl'), 'a certificate that ends soon, has ended, or is none', () => {
  const box = server()
  box.must('config set modSSL service crt /etc/a.crt key /etc/a.key')
  box.write('/ca/index.txt', '')
  box.write('/etc/x', '')
  const policy = '[any]\ncommonName = supplied\n[req]\ndistinguished_name = req\n'
  const own = 'database = index.txt\nnew_certs_dir = .\nrand_serial = yes\ndefault_md = sha256\npolicy = any\n'
  box.write('/ca/ca.cnf', `[ca]\ndefault_ca = own\n[own]\n${own}${policy}`)
  const openssl = (line: string) => box.must(['openssl', ...line.split(' ')], { cwd: box.path('/ca') })
  const key = `-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=x -keyout ${box.path('/etc/a.key')}`
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
  assert.is(wrong(box).status, 0)
  box.must('gabarit initialize-default-databases')
  assert.match(
    box.must('gabarit status'),
    /certificates:\n {2}\/etc\/a\.crt expires in [45] days: gabarit letsencrypt renew/,
  )
  box.must('db domains set own.org domain crt /etc/none.crt key /etc/a.key', { env: { GABARIT_VALIDATE: 'off' } })
  assert.equal(
    wrong(box).found.map(({ message }) => message.replace(/\d+ days/, 'N days')),
    ['/etc/a.crt expires in N days', 'own.org crt: /etc/none.crt does not exist'],
    'a domain may have a certificate of its own',
  )
  box.must('db domains delete own.org')
  box.write('/etc/a.crt', 'no certificate')
  assert.match(wrong(box).found[0]?.message ?? '', '/etc/a.crt is not a certificate')
  assert.is(wrong(box).status, 1)
  box.remove()
})

doctor.run()
