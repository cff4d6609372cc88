import { hash } from 'node:crypto'

/** The hash of the executable's runtime: its node:crypto would first load Node's streams, which takes longer. */
interface Runtime {
  readonly SHA256: { readonly hash: (data: string | Uint8Array, encoding: 'hex') => string }
}

const { Bun: runtime } = globalThis as { Bun?: Runtime }

/** SHA-256 of some bytes, in hex. */
export function sha256(data: string | Uint8Array): string {
  return runtime === undefined ? hash('sha256', data) : runtime.SHA256.hash(data, 'hex')
}
