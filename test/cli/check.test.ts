// `--check`: everything that can refuse is asked, with the new files in place for it alone, and nothing changes. On `/`, in
// private namespaces, with the real nginx.
import { chmodSync, existsSync } from 'node:fs'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { must, run } from '../support/sandbox.ts'
import { firstReason, testIf } from '../support/skip.ts'
import { treeChanges, treeState } from '../support/tree-state.ts'

const reason = firstReason(enterNamespace('check'), needsCommands('nginx'))
const check = suite('--check')
const test = (name: string, body: () => void) => testIf(check, reason, name, body)
const env = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none' }

const FILE = '/etc/nginx/conf.d/shop.conf'

function site(directive: string): void {
  outputFileSync(`/etc/gabarit/templates${FILE}`, `${directive} <%= config.shop.address %>;\n`)
  outputFileSync('/etc/gabarit/events/shop-update/templates2expand/etc/nginx/conf.d/shop.conf', '')
  outputFileSync(
    '/etc/gabarit/checks.d/seen',
    '#!/bin/sh\ngrep -o "shop.conf\\",\\"change\\":\\"[a-z]*" | cut -d: -f2\n',
  )
  chmodSync('/etc/gabarit/checks.d/seen', 0o755)
  must(['config', 'set', 'shop', 'service', 'address', '203.0.113.7'], { env })
}

test('an event, an expansion and apply: the checkers see the files, and nothing is written', () => {
  site('set_real_ip_from')
  for (const command of [
    ['signal-event', '--check', 'shop-update'],
    ['expand-template', '--check', FILE],
  ]) {
    const before = treeState('/etc/nginx', '/var/lib/gabarit')
    const { status, stdout, stderr } = run(command, { env })
    assert.is(status, 0, stderr)
    assert.match(stdout, '+set_real_ip_from 203.0.113.7;')
    assert.match(stdout, /checked: .*nginx -t/)
    assert.match(stderr, 'warning: /etc/gabarit/checks.d/seen: "created')
    const changed = treeChanges(before, treeState('/etc/nginx', '/var/lib/gabarit'))
    assert.equal(
      changed.filter(line => !line.includes('/var/lib/gabarit/view') && !line.startsWith('/var/lib/gabarit:')),
      [],
    )
  }
})

test('what a checker refuses: exit 3, with the line of the fragment', () => {
  site('set_rael_ip_from')
  const command = ['signal-event', '--check', 'shop-update', '--json']
  const { status, stdout } = run(command, { env })
  assert.is(status, 3)
  const { problems } = JSON.parse(stdout)
  assert.match(problems.join('\n'), 'unknown directive "set_rael_ip_from"')
  assert.match(problems.join('\n'), `was made by /etc/gabarit/templates${FILE}:1`)
  assert.not(existsSync(FILE))
})

test('a rollback is judged too, and --check says so before', () => {
  site('set_real_ip_from')
  must(['signal-event', 'shop-update'], { env })
  must(['config', 'setprop', 'shop', 'address', '203.0.113.8'], { env })
  must(['signal-event', 'shop-update'], { env })
  outputFileSync('/etc/nginx/conf.d/other.conf', 'include /etc/nginx/missing.conf;\n')
  for (const command of [
    ['gabarit', 'rollback', '--check'],
    ['gabarit', 'rollback'],
  ]) {
    const { status, stderr } = run(command, { env })
    assert.is(status, 3, stderr)
    assert.match(stderr, '/etc/nginx/missing.conf" failed')
  }
})

check.run()
