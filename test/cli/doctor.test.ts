import { chmodSync, rmSync, symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SERVER_CHECKS } from '../../src/cli/doctor/server-checks.ts'
import { STATE_CHECKS } from '../../src/cli/doctor/state-checks.ts'
import { needsCommands } from '../support/packages.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const doctor = suite('gabarit doctor')

interface Finding {
  readonly id: string
  readonly level: string
  readonly message: string
  readonly command: string | null
  readonly ignored: object | null
}

/** What the doctor finds wrong, and the exit status. */
function wrong(box: Sandbox): { status: number; found: Finding[] } {
  const { status, stdout, stderr } = box.run('gabarit doctor --json')
  assert.is(stderr, '')
  return { status, found: JSON.parse(stdout).filter(({ level }: Finding) => level !== 'ok') }
}

const server = () => {
  const box = new Sandbox()
  box.must('config set letsencrypt service status disabled')
  return box
}

type Plant = (box: Sandbox) => unknown

/** What is planted, the check that finds it, its level, what its message and command hold. */
const ILLS: readonly [name: string, plant: Plant, id: string, level: string, message: RegExp, command: RegExp][] = [
  [
    'a damaged database',
    box => box.write('/var/lib/gabarit/db/configuration.json', '{'),
    'databases',
    'error',
    /configuration\.json:1:2: the database is damaged/,
    /^cp -p \S+last-good \S+configuration\.json$/,
  ],
  [
    'a missing good copy',
    box => rmSync(box.path('/var/lib/gabarit/db/.configuration.json.last-good')),
    'last-good',
    'warning',
    /good copy of the database configuration is missing/,
    /^cp -p \S+configuration\.json \S+last-good$/,
  ],
  [
    'a commit that was cut off',
    box => box.write('/var/lib/gabarit/journal.json', '{"phase":"prepared","entries":[],"folders":[]}'),
    'journal',
    'error',
    /a commit was interrupted/,
    /^gabarit apply$/,
  ],
  [
    'the lock of a dead event',
    box =>
      symlinkSync(
        '{"token":"x-1","pid":999999999,"command":"signal-event x","since":1}',
        box.path('/var/lib/gabarit/event.lock'),
      ),
    'lock',
    'warning',
    /left over from .*signal-event x/,
    /^gabarit apply$/,
  ],
  [
    'a lock that is none',
    box => box.write('/var/lib/gabarit/event.lock', ''),
    'lock',
    'error',
    /lock/,
    /^rm \S+event\.lock$/,
  ],
  [
    'an adjustment that waits',
    box => box.write('/var/lib/gabarit/pending.json', '[{"service":"web","word":"reload","source":"x"}]'),
    'pending',
    'warning',
    /service web still needs: reload/,
    /^gabarit apply$/,
  ],
  [
    'a damaged confirmation',
    box => box.write('/var/lib/gabarit/confirmation.json', '{"token": "1"}'),
    'confirmation',
    'error',
    /confirmation\.json: the pending confirmation is damaged: parts of it are missing/,
    /^mv \S+confirmation\.json \S+\.damaged$/,
  ],
  [
    'a dead authority',
    box => box.must('config setprop letsencrypt ProductionCA https://acme-v01.api.letsencrypt.org/directory'),
    'acme-address',
    'error',
    /no longer answers/,
    /^config setprop letsencrypt ProductionCA https:\/\/acme-v02/,
  ],
  [
    'a certificate that is gone',
    box => box.must('config set modSSL service crt /etc/a.crt key /etc/a.key'),
    'certificate',
    'error',
    /modSSL (crt|key): \/etc\/a\.(crt|key) does not exist/,
    /^gabarit letsencrypt renew$/,
  ],
  [
    'a folder that others may write',
    box => {
      box.write('/etc/gabarit/templates/etc/x', '')
      chmodSync(box.path('/etc/gabarit/templates'), 0o777)
    },
    'site-folder',
    'error',
    /templates is writable by other users than root/,
    /chmod go-w/,
  ],
]

for (const [name, plant, id, level, message, command] of ILLS)
  doctor(name, () => {
    const box = server()
    assert.equal(wrong(box), { status: 0, found: [] })
    plant(box)
    const { status, found } = wrong(box)
    assert.is(status, level === 'error' ? 1 : 0)
    const [ill] = found.filter(finding => finding.id === id)
    assert.is(ill?.level, level, JSON.stringify(found))
    assert.match(ill?.message ?? '', message)
    assert.match(ill?.command ?? '', command)
    const text = box.run('gabarit doctor').stdout
    assert.match(text, `${level.padEnd(7)}  ${id}: `)
    assert.match(text, `run: ${ill?.command}`)
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

doctor('an ignore needs a reason and an end; when it has ended the check is heard again', () => {
  const box = server()
  box.must('config set modSSL service crt /etc/a.crt key /etc/a.key')
  const ignore = (list: unknown) => box.write('/etc/gabarit/doctor-ignore.json', JSON.stringify(list))
  ignore([{ id: 'certificate', reason: 'on its way', until: '2999-12-31' }])
  const { status, found } = wrong(box)
  assert.is(status, 0)
  assert.equal(found[0]?.ignored, { id: 'certificate', reason: 'on its way', until: '2999-12-31' })
  assert.match(box.must('gabarit doctor'), 'ignored  certificate: until 2999-12-31: on its way')
  ignore([{ id: 'certificate', reason: 'on its way', until: '2020-12-31' }])
  assert.is(wrong(box).status, 1)
  for (const [list, message] of [
    [
      [{ id: 'certificat', reason: 'x', until: '2999-12-31' }],
      /there is no check "certificat"; did you mean "certificate"/,
    ],
    [[{ id: 'certificate', until: '2999-12-31' }], /"reason": TEXT/],
    [[{ id: 'certificate', reason: 'x', until: 'for ever' }], /"until"/],
    [{}, /must be a list/],
  ] as const) {
    ignore(list)
    const refused = box.run('gabarit doctor')
    assert.is(refused.status, 1)
    assert.match(refused.stderr, message)
    assert.match(refused.stderr, 'doctor-ignore.json')
  }
  box.remove()
})

doctor('every check has an id of its own', () => {
  const ids = [...STATE_CHECKS, ...SERVER_CHECKS].map(({ id }) => id)
  assert.is(new Set(ids).size, ids.length)
})

doctor.run()
