import { spawn } from 'node:child_process'
import { closeSync, createReadStream, openSync } from 'node:fs'
import { refusal } from '../base/failure.ts'

/** What decompresses, by the first bytes of a file. */
const PROGRAMS: readonly (readonly [begin: string, program: string])[] = [
  ['1f8b', 'gzip'],
  ['425a68', 'bzip2'],
  ['fd377a585a00', 'xz'],
  ['28b52ffd', 'zstd'],
]

/** Where a tar archive says that it is one. */
const [TAR, TAR_AT] = [Buffer.from('ustar'), 257]

/** Whether a file that begins like this is a tar archive, perhaps compressed. */
export function isPacked(head: Buffer): boolean {
  return programFor(head) !== undefined || head.subarray(TAR_AT, TAR_AT + TAR.length).equals(TAR)
}

function programFor(head: Buffer): string | undefined {
  return PROGRAMS.find(([begin]) => head.toString('hex').startsWith(begin))?.[1]
}

/**
 * The bytes of a file, decompressed while they are read.
 * @param head its first bytes
 * @throws Failure (refused) if it is damaged, or the program that decompresses it is missing
 */
export async function* unpackedBytes(file: string, head: Buffer): AsyncGenerator<Uint8Array> {
  const program = programFor(head)
  if (program === undefined) return yield* createReadStream(file)
  const input = openSync(file, 'r')
  const child = spawn(program, ['-dc'], { stdio: [input, 'pipe', 'pipe'] })
  closeSync(input)
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('a child without pipes')
  let said = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(0, 1000)
  })
  const ended = new Promise<string | undefined>(resolve => {
    child.on('error', error => resolve(`${program}: ${error.message}`))
    child.on('close', status => resolve(status === 0 ? undefined : said.trim() || `${program} ended with ${status}`))
  })
  let isWhole = false
  try {
    yield* stdout
    isWhole = true
  } finally {
    stdout.destroy()
    // The reader has had enough. Otherwise it ends by itself, and its status counts.
    if (!isWhole) child.kill()
  }
  const problem = await ended
  if (problem !== undefined) throw refusal(`cannot be decompressed: ${problem}`, { where: file })
}
