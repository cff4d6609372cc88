import { chmodSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CHECKS } from '../../src/cli/doctor/doctor.ts'
import { healthy as server, wrong } from '../support/doctor.ts'
import type { Sandbox } from '../support/sandbox.ts'

const doctor = suite('gabarit doctor')

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
    'the lock of a former container',
    box => {
      const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      const holder = { token: 'x-1', pid: 1, boot, space: 'pid:[1]', command: 'signal-event x', since: 1 }
      symlinkSync(JSON.stringify(holder), box.path('/var/lib/gabarit/event.lock'))
    },
    'lock',
    'warning',
    /held by process 1 of another container/,
    /^rm \S+event\.lock$/,
  ],
  [
    'a lock that is none',
    box => box.write('/var/lib/gabarit/event.lock', ''),
    'lock',
    'error',
    /lock/,
    /^rm -r \S+event\.lock$/,
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
    /confirmation\.json: the pending confirmation is damaged: "user" is missing/,
    /^mv \S+confirmation\.json \S+\.damaged$/,
  ],
  [
    'fragments of SME Server',
    box => box.write('/etc/e-smith/templates-custom/etc/hosts/10x', ''),
    'perl-fragments',
    'warning',
    /templates-custom holds 1 fragment of SME Server, which nothing here uses: .*: etc\/hosts\/10x$/,
    /^mv \/etc\/e-smith\/templates-custom /,
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

for (const name of [
  'manifest.json',
  'pins.json',
  'overrides.json',
  'database-changes.json',
  'masked-files.json',
  'unfinished-000009.json',
  'journal.json',
])
  doctor(`a damaged ${name}, with the way out that the event names`, () => {
    const box = server()
    box.write(`/var/lib/gabarit/${name}`, '{"version": 1')
    const { status, found } = wrong(box)
    assert.is(status, 1)
    const ill = found.find(({ message }) => message.includes(`${name}: `))
    assert.is(ill?.level, 'error', JSON.stringify(found))
    assert.match(ill?.message ?? '', /is damaged: .*\n./)
    assert.is(ill?.command, null)
    box.remove()
  })

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

doctor('an ignore needs a reason and an end; when it has ended the check is heard again', () => {
  const box = server()
  box.write('/var/lib/gabarit/event.lock', '')
  const ignore = (list: unknown) => box.write('/etc/gabarit/doctor-ignore.json', JSON.stringify(list))
  ignore([{ id: 'lock', reason: 'on its way', until: '2999-12-31' }])
  const { status, found } = wrong(box)
  assert.is(status, 0)
  assert.equal(found[0]?.ignored, { id: 'lock', reason: 'on its way', until: '2999-12-31' })
  assert.match(box.must('gabarit doctor'), 'ignored  lock: until 2999-12-31: on its way')
  ignore([{ id: 'lock', reason: 'on its way', until: '2020-12-31' }])
  assert.is(wrong(box).status, 1)
  for (const [list, message] of [
    [[{ id: 'lokc', reason: 'x', until: '2999-12-31' }], /there is no check "lokc"; did you mean "lock"/],
    [[{ id: 'lock', until: '2999-12-31' }], /"reason": TEXT/],
    [[{ id: 'lock', reason: 'x', until: 'for ever' }], /"until"/],
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
  const ids = CHECKS.map(({ id }) => id)
  assert.is(new Set(ids).size, ids.length)
})

doctor.run()
