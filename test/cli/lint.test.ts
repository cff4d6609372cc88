import { symlinkSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'

const lint = suite('lint')

/** What lint says of a server with one mistake, beside what it says without. */
function findings(plant: (box: Sandbox) => void): { level: string; message: string }[] {
  const box = new Sandbox()
  const before = JSON.parse(box.run('gabarit lint --json').stdout)
  const known = new Set(before.map((finding: { message: string }) => finding.message))
  plant(box)
  const after: { level: string; message: string }[] = JSON.parse(box.run('gabarit lint --json').stdout)
  box.remove()
  return after.filter(({ message }) => !known.has(message))
}

const SITE = '/etc/gabarit'
type Mistake = readonly [name: string, plant: (box: Sandbox) => void, level: string, message: RegExp]

const MISTAKES: readonly Mistake[] = [
  [
    'a check of the site that nobody may run',
    box => box.write(`${SITE}/checks.d/friday`, '#!/bin/sh\nexit 1\n'),
    'warning',
    /checks\.d\/friday: not executable, so this check never runs/,
  ],
  [
    'an event that makes rules but not what loads them',
    box => box.write(`${SITE}/events/mine/templates2expand/etc/iptables/rules.v4`, ''),
    'error',
    /event mine: \/etc\/iptables\/rules\.v4 has no effect without \/etc\/systemd\/system\/gabarit-firewall\.service/,
  ],
  [
    'a fragment that does not parse',
    box => box.write(`${SITE}/templates-custom/etc/hosts/10Localhost`, 'a\n<% if ( %>\n'),
    'error',
    /10Localhost:3:1: Unexpected/,
  ],
  [
    'a tag that is not closed, in a sub-template',
    box => box.write(`${SITE}/templates-custom/etc/httpd/conf/httpd.conf/VirtualHosts/10ServerName`, '<% a\n'),
    'error',
    /VirtualHosts\/10ServerName:1:1: this tag <% is not closed/,
  ],
  [
    'a fragment that everybody may write to',
    box => box.write(`${SITE}/templates-custom/etc/hosts/11own`, 'a\n', 0o666),
    'error',
    /11own: this fragment is writable by everybody/,
  ],
  [
    'malformed metadata',
    box => box.write(`${SITE}/templates-custom/etc/hosts/template.json`, '{"fromat": "raw"}'),
    'error',
    /template\.json: unknown key "fromat"; did you mean "format"/,
  ],
  [
    'the backup of an editor among fragments',
    box => box.write(`${SITE}/templates-custom/etc/hosts/10Localhost~`, 'x'),
    'warning',
    /10Localhost~: skipped/,
  ],
  [
    'a look-alike',
    box => box.write(`${SITE}/templates-custom/etc/hosts/10Localhost.bak`, 'x'),
    'warning',
    /10Localhost\.bak: looks like a backup/,
  ],
  [
    'a template that no event expands',
    box => box.write(`${SITE}/templates/etc/lonely`, 'x'),
    'warning',
    /\/etc\/lonely: no event expands/,
  ],
  [
    'an event that expands a template that nobody knows',
    box => box.write(`${SITE}/events/probe/templates2expand/etc/nothing`, ''),
    'error',
    /event probe: there is no template \/etc\/nothing/,
  ],
  [
    'an event with a link to an action that is gone',
    box => {
      box.write(`${SITE}/events/probe/S10x`, '')
      symlinkSync('../actions/gone', box.path(`${SITE}/events/probe/S20gone`))
    },
    'error',
    /S20gone: links to an action that does not exist/,
  ],
  [
    'a service that nobody knows',
    box => box.write(`${SITE}/events/probe/services2adjust/htpd`, 'reload\n'),
    'error',
    /services2adjust\/htpd: the configuration database has no service record "htpd"/,
  ],
  [
    'an unknown action',
    box => box.write(`${SITE}/events/probe/services2adjust/httpd`, 'relaod\n'),
    'error',
    /services2adjust\/httpd: unknown service action "relaod"; did you mean "reload"/,
  ],
  [
    'a malformed description',
    box => box.write(`${SITE}/db/configuration/mine.json`, '{"type": "service", "propertys": {}}'),
    'error',
    /mine\.json.*propertys/,
  ],
  [
    'an old value that no longer fits',
    box => box.must('config set letsencrypt service status perhaps', { env: { GABARIT_VALIDATE: 'off' } }),
    'error',
    /configuration: .*letsencrypt.*status/,
  ],
]

for (const [name, plant, level, message] of MISTAKES)
  lint(name, () => {
    const found = findings(plant)
    const fitting = found.filter(finding => message.test(finding.message))
    assert.is(fitting.length, 1, JSON.stringify(found))
    assert.is(fitting[0]?.level, level)
  })

lint('nothing to complain about in what is shipped; the exit status counts errors only', () => {
  const box = new Sandbox()
  assert.equal(JSON.parse(box.must('gabarit lint --json')), [])
  assert.is(box.must('gabarit lint'), 'no problems found\n')
  box.write(`${SITE}/templates/etc/lonely`, 'x')
  assert.match(box.must('gabarit lint'), '0 errors, 1 warning')
  box.write(`${SITE}/events/probe/templates2expand/etc/nothing`, '')
  const { status, stdout } = box.run('gabarit lint')
  assert.is(status, 1)
  assert.match(stdout, '1 error, 1 warning')
  box.remove()
})

lint('several mistakes are all found in one run', () => {
  const found = findings(box => {
    for (const [, plant] of MISTAKES) plant(box)
  })
  for (const [name, , , message] of MISTAKES)
    assert.ok(
      found.some(finding => message.test(finding.message)),
      name,
    )
})

lint.run()
