// Whatever arrives at the helper, it answers the next one, and does not grow.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { frame, type Request } from '../../src/console/protocol.ts'
import { pause } from '../support/wait.ts'
import { ADDRESS, ConsoleServer, cut, type Person } from './console-server.ts'

const protocol = suite('the protocol of the helper')
const box = new ConsoleServer()
let alice: Person

protocol.before(async () => {
  for (const name of ['DomainName example.org', 'SystemName server']) box.must(`config set ${name}`)
  await box.startHelper()
  alice = await box.join('alice')
})
protocol.after(() => box.remove())
protocol.after.each(async () =>
  assert.equal(await box.client.ask({ ask: 'whoami', session: alice.session, address: '' }), {
    kind: 'user',
    user: 'alice',
    origin: 'https://example.org',
  }),
)

/** One right request of each kind but `run`, as somebody who is logged in, and as a stranger. */
function requests(session: string): Request[] {
  const [token, password, code] = ['x', 'x', '000000']
  return [
    { ask: 'whoami', session, address: ADDRESS },
    { ask: 'follow', session, address: ADDRESS, run: '0000000000000-0000000000000000', from: 0 },
    { ask: 'invited', address: '198.51.100.1', token },
    { ask: 'accept', address: '198.51.100.2', token, password, code },
    { ask: 'login', address: '198.51.100.3', name: 'nobody', password, code },
    { ask: 'logout', session: 'none' },
    { ask: 'askPasskey' },
    { ask: 'loginByPasskey', address: '198.51.100.4', signature: '{"id":"x"}' },
    { ask: 'askNewPasskey', session, address: ADDRESS, name: 'Key' },
    { ask: 'addPasskey', session, name: 'Key', signature: 'null' },
  ]
}

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

/** Text as a frame. */
function framed(text: string): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(Buffer.byteLength(text))
  return Buffer.concat([head, Buffer.from(text)])
}

/** Each is answered with a refusal, or with nothing if the connection ended too early; never with a file. */
async function refused(all: readonly Buffer[]): Promise<void> {
  for (const bytes of all) {
    const answer = await box.raw(bytes)
    assert.ok(answer === '' || answer.includes('"kind":"refused"'), `${bytes.subarray(0, 200)}: ${answer}`)
    assert.not.match(answer, /root:|\bat \S+:\d+:\d+|\.ts\b/)
  }
}

protocol('random bytes, and frames that end too early or claim to be huge', async () => {
  const whole = cut({ ask: 'whoami', session: alice.session, address: '' }, 1e6)
  const huge = [2 ** 20 + 1, 2 ** 31, 2 ** 32 - 1].map(length => {
    const head = Buffer.alloc(4)
    head.writeUInt32BE(length)
    return Buffer.concat([head, Buffer.from('{}')])
  })
  await refused([
    ...Array.from({ length: 200 }, () => randomBytes(Math.floor(Math.random() * 64))),
    ...Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length)),
    ...huge,
  ])
})

protocol('what is JSON but no request: deep, long, of another type, with names of JavaScript', async () => {
  const texts = [
    ...['null', '[]', '1', '""', '{}', '{"ask":null}', '{"ask":["whoami"]}', ' ', '\0', '\ufeff{}'],
    ...['toString', '__proto__', 'constructor', 'hasOwnProperty', '', 'WHOAMI', 'whoami '].map(ask =>
      JSON.stringify({ ask, session: alice.session, address: '' }),
    ),
    ...[100, 10_000, 500_000].flatMap(depth => [nested(depth), `{"ask":${nested(depth)}}`, '{"a":'.repeat(depth)]),
    `{"ask":"${'x'.repeat(1_000_000)}"}`,
    `{"ask":"run","session":"${alice.session}","address":"","language":"en","words":${nested(400_000)}}`,
  ]
  await refused(texts.filter(text => text.length <= 2 ** 20).map(framed))
  await refused([Buffer.concat([Buffer.from([0, 0, 0, 4]), Buffer.from([0xff, 0xfe, 0x80, 0x22])])])
})

const ODD: readonly unknown[] = [null, true, -1, 1.5, 2 ** 60, [], ['x'], {}, { toString: 'x' }, [[[]]], undefined]

protocol('each part of each request, missing or of a wrong type', async () => {
  const run = { ask: 'run', session: alice.session, address: ADDRESS, language: 'en', words: ['gabarit', 'web'] }
  const proof = { password: '', code: '' }
  for (const request of [...requests(alice.session), { ...run, input: '', proof, signature: '' }])
    for (const [name, right] of Object.entries(request)) {
      const odd = ODD.filter(value => !(typeof right === 'number' && Number.isInteger(value)))
      const wrong = odd.filter(value => value !== undefined || !['input', 'proof', 'signature'].includes(name))
      const fits = (value: unknown) =>
        name === 'words' && Array.isArray(value) && value.every(one => typeof one === 'string')
      await refused(wrong.filter(value => !fits(value)).map(value => frame({ ...request, [name]: value })))
    }
})

protocol('any bit of a request turned', async () => {
  const forged = requests('x'.repeat(43)).flatMap(request =>
    Array.from({ length: 40 }, () => {
      const bytes = frame(request)
      const at = Math.floor(Math.random() * bytes.length)
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << Math.floor(Math.random() * 8)), at)
      return bytes
    }),
  )
  for (const bytes of forged) assert.not.match(await box.raw(bytes), /"kind":"(user|session|output|started)"/)
})

const memory = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${box.helperProcess}/status`, 'utf8'))?.[1]) / 1024

/** Sends bytes and reads nothing. @returns when they are gone, or the helper has closed */
function push(bytes: Buffer): { socket: Socket; gone: Promise<void> } {
  const socket = connect(box.socket)
  socket.on('error', () => undefined)
  const gone = new Promise<void>(resolve => {
    socket.on('close', () => resolve())
    socket.pause().write(bytes, () => resolve())
  })
  return { socket, gone }
}

/** What the memory of a fresh helper grows by, in MiB. */
async function growth(pushes: () => { socket: Socket; gone: Promise<void> }[]): Promise<number> {
  box.stopHelper()
  await box.startHelper()
  const before = memory()
  const all = pushes()
  await Promise.race([Promise.all(all.map(({ gone }) => gone)), pause(20_000)])
  const grown = memory() - before
  for (const { socket } of all) socket.destroy()
  return grown
}

protocol('an answer may be larger than a request', async () => {
  const lines = Array.from({ length: 400 }, (_, at) => `setprop long p${at} ${'x'.repeat(9000)}\n`)
  box.must('config batch', { input: `set long service\n${lines.join('')}` })
  const records = await box.data<{ name: string }[]>(alice.session, 'db --json configuration printjson')
  assert.ok(records.some(({ name }) => name === 'long'))
})

protocol('requests that never end cost little memory', async () => {
  const half = framed('x'.repeat(1_000_000)).subarray(0, 900_000)
  assert.ok((await growth(() => Array.from({ length: 400 }, () => push(half)))) < 300)
})

protocol('whoever does not read the answers gets no more of them', async () => {
  const whoami = frame({ ask: 'whoami', session: 'none', address: '' })
  const many = Buffer.concat(Array.from({ length: 300_000 }, () => whoami))
  assert.ok((await growth(() => [push(many)])) < 60)
})

protocol.run()
