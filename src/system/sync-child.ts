import { spawn, spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf, orUndefined } from '../base/failure.ts'

/** Becomes the command, with a pipe for its input and one for its output. */
const REDIRECT = 'requests=$1 answers=$2; shift 2; exec "$@" <"$requests" >"$answers"'

/**
 * A program that answers while this process waits for it: code that cannot wait for promises asks it. Messages are lists of words,
 * each with its length before it. It has its own input and output, so it ends when this process does.
 */
export class SyncChild {
  readonly #requests: number
  readonly #answers: number
  /** It answers no more. */
  hasEnded = false

  /** @throws Error if it cannot be started. A missing program is noticed when its first answer does not come. */
  constructor(command: readonly string[], env: NodeJS.ProcessEnv) {
    const folder = mkdtempSync(join(tmpdir(), 'gabarit-pipes-'))
    const pipes = [join(folder, 'requests'), join(folder, 'answers')] as const
    try {
      const { status, stderr, error } = spawnSync('mkfifo', ['-m', '600', ...pipes], { encoding: 'utf8' })
      if (status !== 0) throw new Error(`mkfifo: ${error === undefined ? stderr.trim() : messageOf(error)}`)
      const options = { env, stdio: ['ignore', 'ignore', 'inherit'] as const }
      const child = spawn('sh', ['-c', REDIRECT, 'sh', ...pipes, ...command], { ...options, stdio: [...options.stdio] })
      child.on('error', () => undefined).unref()
      if (child.pid === undefined) throw new Error('sh cannot be started')
      // Each waits until the other side is there.
      this.#requests = openSync(pipes[0], 'w')
      this.#answers = openSync(pipes[1], 'r')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  /** @returns whether the program takes it */
  send(words: readonly (string | Buffer)[]): boolean {
    return orUndefined(() => writeAll(this.#requests, withLength(packWords(words)))) !== undefined
  }

  /** The next message; undefined once the program has ended. */
  receive(): Buffer[] | undefined {
    const length = this.#read(4)?.readUInt32BE()
    const bytes = length === undefined ? undefined : this.#read(length)
    return bytes && unpackWords(bytes)
  }

  /** The program ends as soon as it has answered. */
  close(): void {
    if (this.hasEnded) return
    this.hasEnded = true
    closeSync(this.#requests)
    closeSync(this.#answers)
  }

  #read(wanted: number): Buffer | undefined {
    const bytes = Buffer.alloc(wanted)
    for (let done = 0; done < wanted; ) {
      const read = readSync(this.#answers, bytes, done, wanted - done, null)
      if (read === 0) {
        this.close()
        return undefined
      }
      done += read
    }
    return bytes
  }
}

function writeAll(file: number, bytes: Buffer): true {
  for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
  return true
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** A list of words as one. */
export function packWords(words: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(words.map(word => withLength(Buffer.from(word))))
}

/** The words of {@link packWords}. */
export function unpackWords(bytes: Buffer = Buffer.alloc(0)): Buffer[] {
  const words: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    words.push(bytes.subarray(at + 4, end))
    at = end
  }
  return words
}
