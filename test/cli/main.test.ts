import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { call } from '../support/in-process.ts'
import { Sandbox } from '../support/sandbox.ts'

const main = suite('main(argv, io): many commands in one process')

const TEMPLATE = 'etc/gabarit/templates/etc/motd'

main('two servers at once, and the secrets of each in its own messages', async () => {
  const servers = [new Sandbox(), new Sandbox()]
  try {
    const ended = await Promise.all(
      servers.map(async (server, index) => {
        const env = { GABARIT_ROOT: server.root, GABARIT_SERVICE_MANAGER: 'none' }
        server.write('etc/gabarit/db/own/@lock.json', '{"properties": {"code": {"secret": true}}}')
        server.write(
          `${TEMPLATE}/10x`,
          "Server <%= config.SystemName %>\n<% warn('code ' + db('own').all('lock')[0].code) %>\n",
        )
        const set = ['db', 'own', 'set', 'door', 'lock', 'code', `secret-${index}`]
        assert.equal(await call(set, { env }), { status: 0, stdout: '', stderr: '' })
        await call(['config', 'set', 'SystemName', `host${index}`], { env })
        return call(['expand-template', '/etc/motd'], { env })
      }),
    )
    for (const [index, server] of servers.entries()) {
      assert.is(ended[index]?.status, 0, ended[index]?.stderr)
      assert.match(server.read('etc/motd'), `Server host${index}\n`)
      assert.match(ended[index]?.stderr ?? '', 'warning: ')
      assert.not.match(ended[index]?.stderr ?? '', `secret-${index}`)
    }
  } finally {
    for (const server of servers) server.remove()
  }
})

main('a relative path is seen from the folder of the call, and an error ends only the call', async () => {
  const server = new Sandbox()
  try {
    server.write('srv/etc/gabarit/templates/etc/motd/10x', 'hello\n')
    const wrong = await call(['gabarit', 'show', '7', '--root', 'srv'], { cwd: server.root })
    assert.is(wrong.status, 2)
    assert.match(wrong.stderr, 'entry 7')
    const right = await call(['gabarit', 'cat', '/etc/motd', '--root', 'srv'], { cwd: server.root })
    assert.match(right.stdout, 'hello\n')
    assert.is(right.status, 0)
  } finally {
    server.remove()
  }
})

main('standard input comes from the call', async () => {
  const server = new Sandbox()
  try {
    const env = { GABARIT_ROOT: server.root }
    const batch = await call(['db', 'own', 'batch'], { env, input: 'set a thing\nset b thing\n' })
    assert.is(batch.status, 0, batch.stderr)
    assert.is((await call(['db', 'own', 'keys'], { env })).stdout, 'a\nb\n')
  } finally {
    server.remove()
  }
})

main('without root, one line says so, whatever is typed; a value is not repeated', async () => {
  const env = { GABARIT_ROOT: '', DBPATH: '' }
  const free = ['gabarit modules', 'gabarit completion', 'gabarit help', 'db hosts describe']
  // What they load may be where nobody can read it.
  for (const line of free) await call(line.split(' '), { env })
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.('nobody')
  try {
    for (const [line, wanted] of [
      ['gabarit status', 'this needs root: sudo gabarit status'],
      ['gabarit doctor', 'this needs root: sudo gabarit doctor'],
      ['gabarit vpn clients --json', 'this needs root: sudo gabarit vpn clients --json'],
      ['signal-event --dry-run console-save', 'this needs root: sudo signal-event --dry-run console-save'],
      ['config setprop door code word', 'config: this needs root: sudo config setprop …'],
      ['db hosts show', 'db: this needs root: sudo db hosts show'],
    ] as const)
      assert.equal(await call(line.split(' '), { env }), { status: 1, stdout: '', stderr: `${wanted}\n` })
    for (const line of free) {
      const { status, stderr } = await call(line.split(' '), { env })
      assert.is(status, 0, `${line}: ${stderr}`)
    }
    const elsewhere = await call(['db', 'own', 'show'], { env: { ...env, DBPATH: '/nowhere' } })
    assert.equal(elsewhere, { status: 1, stdout: '', stderr: 'db: there is no database "own"\n' })
    assert.is((await call(['gabarit', 'letsencrypt'], { env })).status, 2)
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
})

main('before the first event: what to do, in four lines', async () => {
  const server = new Sandbox()
  try {
    const env = { GABARIT_ROOT: server.root }
    const toDo =
      'config set DomainName example.org\n  signal-event post-install\n  gabarit setup does both, and asks for the names.\n'
    for (const word of ['status', 'verify', 'diff', 'apply']) {
      const { status, stderr } = await call(['gabarit', word], { env })
      assert.is(status, 1)
      assert.is(
        stderr,
        `this server is not set up yet; its name first, then the event that makes everything:\n  ${toDo}`,
      )
    }
    const doctor = await call(['gabarit', 'doctor'], { env })
    assert.match(doctor.stdout, /^warning +databases: this server is not set up yet$/m)
    server.write('/var/lib/nethserver/db/configuration', 'SystemName=server\n')
    const old = await call(['gabarit', 'doctor'], { env })
    const command = `gabarit import --server ${server.root}`
    assert.match(old.stdout, `not set up yet, and has the databases of NethServer\n         run: ${command}\n`)
  } finally {
    server.remove()
  }
})

main.run()
