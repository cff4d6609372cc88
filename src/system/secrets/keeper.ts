import { refusal } from '../../base/failure.ts'
import { outputOf } from '../output-of.ts'

const NAME = '--name=gabarit-identity'

/** systemd-creds, which encrypts the identity with a key that belongs to this installation. It works without systemd, too. */
export const KEEPER = {
  /** What it makes of the identity. */
  file: 'identity.cred',
  /** Encrypts standard input. */
  seal: ['systemd-creds', 'encrypt', '--with-key=host', NAME, '-', '-'],
  /** @throws Failure (refused) if it cannot open the file, as on another machine */
  open(file: string): string {
    const { status, stdout } = outputOf(['systemd-creds', 'decrypt', NAME, file, '-'], process.env)
    if (status === 0) return stdout
    throw refusal('systemd-creds cannot open the identity of this machine', {
      where: file,
      hint: 'It was made on another machine, or /var/lib/systemd/credential.secret is another one. Put that file back.',
    })
  },
} as const
