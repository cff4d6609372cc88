import { dirname, resolve } from 'node:path'
import { EXIT, Failure } from '../../../base/failure.ts'
import { systemReason } from '../../../system/atomic-write.ts'
import type { System } from '../../../system/system.ts'
import type { Invocation } from '../../../terminal/command.ts'
import { makeProfile } from '../profile.ts'

/** Capacity of a QR code in bytes: version 40 with the lowest correction (ISO/IEC 18004). */
const QR_BYTES = 2953

/** `gabarit vpn profile NAME [--output FILE] [--qr]` */
export async function run({ args, flag, value, places, system, print, printExact }: Invocation): Promise<number> {
  const [name = ''] = args
  const text = makeProfile(places, name)
  const output = value('output')
  if (flag('qr')) printExact(await qrCode(text, system))
  else if (output === undefined) printExact(text)
  if (output === undefined) return EXIT.done
  const file = resolve(output)
  try {
    system.replace(file, text, { mode: 0o600, uid: 0, gid: 0 })
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    throw new Failure(`cannot write there: ${systemReason(error)}`, { where: dirname(file) })
  }
  print(`${file} contains a private key: transfer it securely, then remove it`)
  return EXIT.done
}

/** Drawn by qrencode(1). What a phone does not need is omitted to save space. */
async function qrCode(text: string, system: System): Promise<string> {
  const short = text.replace(/^#.*\n/gm, '').replace(/\n{2,}/g, '\n')
  const size = Buffer.byteLength(short)
  if (size > QR_BYTES)
    throw new Failure(`the profile has ${size} bytes, but a QR code can hold only ${QR_BYTES}`, {
      hint: 'EC keys are shorter: config setprop easyrsa Algorithm ec, then get a new certificate. Or transfer the file.',
    })
  const command = ['qrencode', '-8', '-l', 'L', '-t', 'UTF8']
  const drawn = await system.run(command, { input: short, timeout: 10_000 })
  if (drawn.missing) throw new Failure('qrencode is not installed', { hint: 'apt-get install qrencode' })
  if (drawn.status !== 0) throw new Failure(`qrencode: ${drawn.problem ?? drawn.output.trim()}`)
  return drawn.stdout
}
