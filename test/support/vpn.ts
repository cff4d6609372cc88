import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { must, type Outcome, PROJECT, run, words } from './sandbox.ts'

/** For tests of the VPN on `/`, where no service manager is and nobody sits at a remote shell. */
export const VPN_ENV = { GABARIT_ROOT: '', GABARIT_SERVICE_MANAGER: 'none', SSH_CONNECTION: undefined }
export const VPN_OPTIONS = { env: VPN_ENV, timeoutSeconds: 120 }

export const PKI = '/etc/openvpn/easy-rsa/pki'
export const CONF = '/etc/openvpn/server/openvpn.conf'
export const ACTIONS = join(PROJECT, 'events/actions')

/** Types a line that has to succeed. */
export const type = (line: string): string => must(words(line), VPN_OPTIONS)

/** Types a line, or runs a command of several words. */
export const tried = (...command: string[]): Outcome =>
  run(command.length === 1 ? words(command[0] ?? '') : command, VPN_OPTIONS)

export const said = ({ stdout, stderr }: Outcome): string => stdout + stderr

/** The certificate that the PKI has issued last to a name. */
export const certificate = (name: string): X509Certificate =>
  new X509Certificate(readFileSync(`${PKI}/issued/${name}.crt`))

/** The list of all that the PKI has issued. */
export const index = (): string => readFileSync(`${PKI}/index.txt`, 'utf8')
