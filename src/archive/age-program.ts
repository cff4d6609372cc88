import { refusal } from '../base/failure.ts'
import type { Output } from '../system/atomic-write.ts'
import { refuseInterrupted } from '../system/interruption.ts'
import type { System } from '../system/system.ts'

/** What runs Debian's `age`. */
export type Asks = Pick<System, 'ask' | 'pipeInto'>

/** Milliseconds for half a gigabyte on a slow machine. */
const PATIENCE = 300_000

/** Keys that only the program knows, not the library. */
const isSsh = (recipient: string) => recipient.startsWith('ssh-')

/**
 * Encrypts by `age`, if it is installed. Public keys may stand on its command line.
 * @param input makes the pieces of the archive
 * @param output an open file
 * @returns whether it is
 * @throws Failure (refused) if it refuses, or one of them needs it; what `input` throws
 */
export async function encryptByProgram(
  input: () => Promise<readonly Uint8Array[]>,
  recipients: readonly string[],
  output: Output,
  system: Asks,
): Promise<boolean> {
  const words = ['age', '--encrypt', ...recipients.flatMap(recipient => ['-r', recipient])]
  let size = 0
  const counted = async () => {
    const pieces = await input()
    size = pieces.reduce((sum, piece) => sum + piece.length, 0)
    return pieces
  }
  const done = await system.pipeInto(words, { input: counted, output: output.descriptor, timeout: PATIENCE })
  refuseInterrupted()
  if (done.status === 0) {
    // What is encrypted is larger than before. Another program of that name may say that all is well.
    if (output.size() > size) return true
    throw refusal('age has not encrypted the whole backup', {
      hint: 'Nothing was written. Which age is it? age --version',
    })
  }
  if (!done.missing)
    throw refusal(`age could not encrypt the backup: ${done.problem ?? done.output.trim()}`, {
      hint: 'Nothing was written. Look at: config getprop backup Recipients',
    })
  if (recipients.some(isSsh))
    throw refusal('keys of ssh need the program age, which is not installed', {
      hint: 'Nothing was written. apt-get install age, or make a key of its own: age-keygen -o backup-key.txt',
    })
  return false
}

/**
 * Decrypts with a private key of ssh.
 * @param key its file
 * @throws Failure (refused) if the key does not fit, the archive is damaged, or the program is not installed
 */
export async function decryptBySsh(
  bytes: Uint8Array,
  key: string,
  where: string,
  system: Asks | undefined,
): Promise<Buffer> {
  const done = await system?.ask(['age', '--decrypt', '-i', key], {
    input: bytes,
    encoding: 'latin1',
    timeout: PATIENCE,
  })
  if (done?.status === 0) return Buffer.from(done.stdout, 'latin1')
  if (done === undefined || done.missing)
    throw refusal('keys of ssh need the program age, which is not installed', { where, hint: 'apt-get install age' })
  const said = done.output.slice(done.stdout.length).trim()
  throw refusal(`cannot be opened by ${key}: ${done.problem ?? said}`, { where, hint: 'Nothing was changed.' })
}
