import { createServer, type Server, type Socket } from 'node:net'
import { parse } from 'hono/utils/cookie'
import { BASE } from './app.ts'
import { COOKIES } from './cookies.ts'
import type { Gate } from './gate.ts'

/** Types of records (FastCGI specification 8). */
const PARAMS = 4
const STDOUT = 6
const END_REQUEST = 3
const BEGIN_REQUEST = 1

/** More than front ends let through of headers by default, in bytes: 8 kB of each in Apache, 32 kB in nginx. More is answered with 503. */
export const MOST_HEADERS = 1 << 17

/** How long a request may take, in milliseconds: Apache sends it at once. */
const SLOWEST = 5000

/** Connections at once: more than Apache has processes. */
const MOST_OPEN = 500

/**
 * What Apache asks before each request (mod_authnz_fcgi), which speaks FastCGI over TCP only. It listens on the loopback address, and
 * answers nothing but whose a cookie is.
 */
export function authorizer(gate: Gate): Server {
  const open = new Set<Socket>()
  return createServer(socket => {
    // Any process of this machine may connect, and hold what it has: the oldest has to go, so that Apache still gets in.
    const [oldest] = open.add(socket)
    if (open.size > MOST_OPEN) oldest?.destroy()
    const late = setTimeout(() => socket.destroy(), SLOWEST)
    socket.on('close', () => {
      clearTimeout(late)
      open.delete(socket)
    })
    // Apache may be gone before the answer, and others send what is no request.
    answer(socket, gate).catch(() => socket.destroy())
  })
}

async function answer(socket: Socket, gate: Gate): Promise<void> {
  let buffer = Buffer.alloc(0)
  let params = Buffer.alloc(0)
  for await (const chunk of socket) {
    buffer = Buffer.concat([buffer, chunk as Buffer])
    if (buffer.length + params.length > MOST_HEADERS) return void socket.destroy()
    for (let record = takeRecord(buffer); record !== undefined; record = takeRecord(buffer)) {
      buffer = buffer.subarray(record.length)
      if (record.type === BEGIN_REQUEST) params = Buffer.alloc(0)
      if (record.type !== PARAMS) continue
      if (record.content.length > 0) params = Buffer.concat([params, record.content])
      else {
        const response = verdict(gate, readParams(params))
        const parts = [
          frame(STDOUT, record.id, Buffer.from(response)),
          frame(STDOUT, record.id),
          frame(END_REQUEST, record.id, Buffer.alloc(8)),
        ]
        return void socket.end(Buffer.concat(parts))
      }
    }
  }
}

function verdict(gate: Gate, params: ReadonlyMap<string, string>): string {
  const { [COOKIES.session]: token } = parse(params.get('HTTP_COOKIE') ?? '', COOKIES.session)
  const result = gate.check(
    params.get('GATE_PLACE') ?? '',
    (params.get('HTTP_HOST') ?? '').toLowerCase(),
    token,
    Date.now(),
  )
  if (result.status === 401) {
    const to = encodeURIComponent(params.get('REQUEST_URI') ?? '/')
    return `Status: 302\r\nLocation: ${BASE}/login?to=${to}\r\n\r\n`
  }
  if (result.status !== 200) return `Status: ${result.status}\r\n\r\n`
  const { user, groups } = result.session
  return `Status: 200\r\nVariable-REMOTE_USER: ${user}\r\nVariable-GATE_GROUPS: ${groups.join(',')}\r\n\r\n`
}

interface FcgiRecord {
  readonly type: number
  readonly id: number
  readonly content: Buffer
  /** With its header and padding. */
  readonly length: number
}

function takeRecord(buffer: Buffer): FcgiRecord | undefined {
  if (buffer.length < 8) return undefined
  const size = buffer.readUInt16BE(4)
  const length = 8 + size + buffer.readUInt8(6)
  if (buffer.length < length) return undefined
  return { type: buffer.readUInt8(1), id: buffer.readUInt16BE(2), content: buffer.subarray(8, 8 + size), length }
}

function frame(type: number, id: number, content = Buffer.alloc(0)): Buffer {
  const header = Buffer.from([1, type, 0, 0, 0, 0, 0, 0])
  header.writeUInt16BE(id, 2)
  header.writeUInt16BE(content.length, 4)
  return Buffer.concat([header, content])
}

/** Names and values, each with its length in front: one byte, or four with the first bit set (FastCGI specification 3.4). */
function readParams(bytes: Buffer): Map<string, string> {
  const params = new Map<string, string>()
  let at = 0
  const length = () => {
    const first = bytes.readUInt8(at)
    at += first & 0x80 ? 4 : 1
    return first & 0x80 ? bytes.readUInt32BE(at - 4) & 0x7fffffff : first
  }
  while (at < bytes.length) {
    const [name, value] = [length(), length()]
    params.set(bytes.toString('utf8', at, at + name), bytes.toString('utf8', at + name, at + name + value))
    at += name + value
  }
  return params
}
