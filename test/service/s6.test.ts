import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import { Daemons } from '../support/daemons.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { must } from '../support/sandbox.ts'
import { type Supervisor, testServiceManager } from '../support/service-manager.ts'

const s6 = suite('s6')
const daemons = new Daemons()
const scan = mkdtempSync(join(tmpdir(), 'gabarit-s6-'))
process.env.S6_SCANDIR = scan

const supervisor: Supervisor = {
  name: 's6',
  async start(commands) {
    await startS6(daemons, scan)
    for (const [name, command] of Object.entries(commands)) {
      addS6Service(scan, name, `#!/bin/sh\nexec ${command.join(' ')}\n`)
    }
  },
  up: service => must(['s6-svc', '-u', join(scan, service)]),
  kill: service => must(['s6-svc', '-wd', '-d', '-k', join(scan, service)]),
}

testServiceManager(s6, supervisor, needsCommands('s6-svscan', 's6-svc'))
s6.after(async () => {
  await daemons.stopAll()
  rmSync(scan, { recursive: true, force: true })
})
s6.run()
