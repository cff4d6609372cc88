// How the client of the management interface bears servers that misbehave. What real ones say is in the scenario of the gateway.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Failure } from '../../src/base/failure.ts'
import { parseStatus, readConnections, withManagement } from '../../src/modules/openvpn/connections.ts'
import { Management, NotRunning } from '../../src/modules/openvpn/management.ts'
import type { VpnServer } from '../../src/modules/openvpn/servers.ts'

const test = suite('the management interface')
const folder = mkdtempSync(join(tmpdir(), 'gabarit-management-'))
const listening: Server[] = []
test.after(() => {
  for (const server of listening) server.close()
  rmSync(folder, { recursive: true })
})

const GREETING = ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info\r\n"
const FILES = { tlsMode: 'tls-crypt', caFile: '', keyFile: '', certFile: '', crlFile: '', tlsFile: '' }
const at = (management: VpnServer['management']): VpnServer => ({
  name: 'openvpn',
  enabled: true,
  management,
  ...FILES,
})

/** A server that does this with whoever connects. */
function serve(name: string, talk: (client: Socket) => void): Promise<VpnServer> {
  const socket = join(folder, name)
  const server = createServer(client => {
    client.on('error', () => undefined)
    talk(client)
  })
  listening.push(server)
  return new Promise(resolve => server.listen(socket, () => resolve(at({ socket }))))
}

async function failure(run: () => Promise<unknown>): Promise<Failure> {
  try {
    await run()
  } catch (error) {
    if (error instanceof Failure) return error
    throw error
  }
  throw new Error('nothing failed')
}

test('an answer in pieces, with lines in between that nobody asked for', async () => {
  const server = await serve('pieces', client => {
    client.write(GREETING)
    client.on('data', () => {
      const pieces = ['>CLIENT:ESTAB', 'LISHED,1\r\none\r', '\ntw', 'o\r\n>LOG:END\r\nEND', '\r\n']
      pieces.forEach((piece, index) => {
        setTimeout(() => client.write(piece), 5 * index)
      })
    })
  })
  assert.equal(await withManagement(server, client => client.ask('status 3', 'list')), ['one', 'two'])
})

test('an error is told with the command', async () => {
  const server = await serve('error', client => {
    client.write(GREETING)
    client.on('data', () => client.write("ERROR: common name 'x' not found\r\n"))
  })
  const { message } = await failure(() => withManagement(server, client => client.ask('kill x', 'line')))
  assert.is(message, "management interface of openvpn: kill x: common name 'x' not found")
})

test('a command is one line', async () => {
  const server = await serve('line', client => client.write(GREETING))
  await withManagement(server, async client => {
    try {
      await client.ask('kill a\nsignal SIGTERM', 'line')
      assert.unreachable()
    } catch (error) {
      assert.instance(error, TypeError)
    }
  })
})

test('one that says nothing is given up, and the others are told all the same', async () => {
  const silent = await serve('silent', () => undefined)
  const gone = await serve('gone', client => client.destroy())
  const nobody = at({ socket: join(folder, 'nobody') })
  const header = 'HEADER\tCLIENT_LIST\tCommon Name\tReal Address\tVirtual Address\tClient ID'
  // The second was refused, and has no address.
  const rows = 'CLIENT_LIST\ta, b\t1.2.3.4:5\t10.8.0.2\t7\r\nCLIENT_LIST\tc\t1.2.3.4:6\t\t8'
  const well = await serve('well', client => {
    client.write(GREETING)
    client.on('data', () => client.write(`${header}\r\n${rows}\r\nEND\r\n`))
  })
  const { connections, down, problems } = await readConnections([silent, gone, nobody, well])
  assert.equal(
    connections.map(({ name, id }) => [name, id]),
    [['a, b', '7']],
  )
  assert.is(down.length, 1)
  assert.is(problems.length, 2)
  assert.match(problems.join('\n'), 'did not answer within 5 s')
})

test('nothing listens: the server does not run', async () => {
  assert.instance(await failure(() => Management.open(at({ socket: join(folder, 'nobody') }))), NotRunning)
})

test('a password is asked for without a line end, and may be refused', async () => {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, 'opensesame\n')
  const server = createServer(client => {
    client.on('error', () => undefined)
    client.write('ENTER PASSWORD:')
    client.once('data', word => {
      const right = String(word) === 'opensesame\n'
      client.write(right ? `SUCCESS: password is correct\r\n${GREETING}` : 'ERROR: bad password\r\n')
    })
  })
  listening.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const open = async () => (await Management.open(at({ port, passwordFile }))).close()
  await open()
  writeFileSync(passwordFile, 'opensesami\n')
  assert.match((await failure(open)).message, 'refuses the password')
})

test('columns go by their titles, and who has no name yet is left out', () => {
  const rows = parseStatus(
    [
      'TITLE\tOpenVPN 2.6.14',
      'HEADER\tCLIENT_LIST\tClient ID\tCommon Name\tVirtual IPv6 Address\tVirtual Address\tBytes Sent',
      'CLIENT_LIST\t3\tx\tfd00::2\t10.8.0.2\t99',
      'CLIENT_LIST\t4\tUNDEF\t\t\t0',
      'HEADER\tROUTING_TABLE\tVirtual Address',
    ],
    'openvpn',
  )
  assert.equal(
    rows.map(({ id, name, virtualAddresses, sent }) => ({ id, name, virtualAddresses, sent })),
    [{ id: '3', name: 'x', virtualAddresses: ['10.8.0.2', 'fd00::2'], sent: 99 }],
  )
})

test.run()
