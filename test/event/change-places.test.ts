// Two services change places in one event: the one that is told first finds its new port still taken and ends. It is started
// once more when the other has given the port up. A real s6, which is told to leave alone what has ended.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Daemons } from '../support/daemons.ts'
import { freePorts } from '../support/free-ports.ts'
import { needsCommands } from '../support/packages.ts'
import { addS6Service, startS6 } from '../support/s6.ts'
import { PROJECT, Sandbox } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { waitFor } from '../support/wait.ts'

const places = suite('changing places')
const daemons = new Daemons()
const scan = mkdtempSync(join(tmpdir(), 'gabarit-places-'))
const box = new Sandbox()
const env = { GABARIT_SERVICE_MANAGER: 's6', S6_SCANDIR: scan }

places.after(async () => {
  await daemons.stopAll()
  rmSync(scan, { recursive: true, force: true })
  box.remove()
})

/** What answers on a port: the file that the daemon has read. */
function answer(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', data => {
      text += data
    })
    socket.on('end', () => resolve(text))
    socket.on('error', reject)
  })
}

const changed = async (left: number, right: number) => {
  box.must(`config setprop left TCPPort ${left}`)
  box.must(`config setprop right TCPPort ${right}`)
  const { status, stdout, stderr } = box.run('signal-event places', { env, timeoutSeconds: 120 })
  assert.is(status, 0, stdout + stderr)
  for (const [name, port] of [
    ['left', left],
    ['right', right],
  ] as const)
    await waitFor(`${name} on ${port}`, async () => (await answer(port)).includes(`name ${name}`))
}

testIf(places, needsCommands('s6-svscan', 's6-svc'), 'whoever is told first', async () => {
  await startS6(daemons, scan)
  for (const name of ['left', 'right']) {
    const file = box.path(`/etc/${name}.conf`)
    box.write(`/etc/gabarit/templates/etc/${name}.conf`, `port <%= config.${name}.TCPPort %>\nname ${name}\n`)
    box.write(`/etc/gabarit/templates/etc/${name}.conf.template.json`, `{"notify": ["${name}:reload-or-restart"]}`)
    box.write(`/etc/gabarit/events/places/templates2expand/etc/${name}.conf`, '')
    box.must(`config set ${name} service status enabled TCPPort 1`)
    const daemon = join(PROJECT, 'test/support/port-daemon.mjs')
    addS6Service(scan, name, `#!/bin/sh\nexec ${process.execPath} ${daemon} ${file}\n`)
    writeFileSync(join(scan, name, 'finish'), '#!/bin/sh\nexit 125\n', { mode: 0o755 })
  }
  const [one = 0, other = 0] = await freePorts(2)
  await changed(one, other)
  await changed(other, one)
  await changed(one, other)
})

places.run()
