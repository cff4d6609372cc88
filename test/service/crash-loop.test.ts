// A daemon that ends by a reload, and whose manager starts it again and again, answers in bursts: it is not well. A real s6.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const loop = suite('a crash loop')
const daemons = new Daemons()
const scan = mkdtempSync(join(tmpdir(), 'gabarit-loop-'))
const box = new Sandbox()

loop.after(async () => {
  await daemons.stopAll()
  rmSync(scan, { recursive: true, force: true })
  box.remove()
})

testIf(loop, needsCommands('s6-svscan', 's6-svc'), 'is told, although no file has changed', async () => {
  const bad = box.path('/bad')
  await startS6(daemons, scan)
  addS6Service(
    scan,
    'burst',
    `#!/bin/sh\ntrap 'exit 1' HUP\nif [ -e '${bad}' ]; then sleep 0.3; exit 1; fi\nwhile :; do sleep 0.05; done\n`,
  )
  writeFileSync(join(scan, 'burst/finish'), '#!/bin/sh\nsleep 1.5\n', { mode: 0o755 })
  box.write('/etc/gabarit/events/again/services2adjust/burst', 'reload-or-restart\n')
  box.must('config set burst service status enabled')
  const signal = () =>
    box.run('signal-event again', { env: { GABARIT_SERVICE_MANAGER: 's6', S6_SCANDIR: scan }, timeoutSeconds: 120 })
  assert.is(signal().status, 0)
  writeFileSync(bad, '')
  const { status, stderr } = signal()
  assert.is(status, 1, stderr)
  assert.match(stderr, 'burst does not come up')
})

loop.run()
