import { createPrivateKey } from 'node:crypto'
import { orUndefined, refusal } from '../../../base/failure.ts'
import { isListOf } from '../pki.ts'
import { certificateIn } from './pki-files.ts'
import { commonName, type Server } from './server.ts'

const FILES = ['caFile', 'certFile', 'keyFile', 'tlsFile', 'crlFile'] as const
type FileProperty = (typeof FILES)[number]

/** Whether a server has certificates of another authority: then its files are not ours. */
export function isForeign(server: Server): boolean {
  const authority = server.present('caFile')
  if (authority === undefined || server.rsa.isOurs(certificateIn(authority))) return false
  const name = commonName(certificateIn(server.present('certFile')))
  return name !== undefined && name !== `server-${server.name}`
}

/** @throws Failure (refused) if a file of a server is not from our PKI: it would be overwritten */
export function refuseForeign(server: Server, properties: readonly FileProperty[] = FILES): void {
  const property = properties.find(one => !mayReplace(server, one))
  if (property === undefined) return
  throw refusal(`${server.setting(property)} is not from ${server.rsa.store.link} and is not overwritten`, {
    hint: `Move it away, or name another file: config setprop ${server.name} ${property} FILE`,
  })
}

function mayReplace(server: Server, property: FileProperty): boolean {
  const { rsa } = server
  const present = server.present(property)
  if (present === undefined || present.length === 0) return true
  const certificate = certificateIn(server.present('certFile'))
  const isNamed = () => commonName(certificate) === server.certName && rsa.hasSigned(certificate)
  switch (property) {
    case 'caFile':
      return rsa.isOurs(certificateIn(present))
    case 'certFile':
      return isNamed()
    case 'crlFile': {
      const authority = certificateIn(rsa.file('ca.crt'))
      return authority !== undefined && isListOf(present.toString(), authority)
    }
    case 'keyFile':
      // A key of ours that the PKI has lost still fits its certificate.
      return (
        rsa.file(`private/${server.certName}.key`)?.equals(present) === true ||
        (isNamed() && orUndefined(() => certificate?.checkPrivateKey(createPrivateKey(present))) === true)
      )
    case 'tlsFile':
      return rsa.file(server.sharedKey)?.equals(present) ?? server.bringsKey
  }
}
