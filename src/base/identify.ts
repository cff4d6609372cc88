import { sha256 } from './sha256.ts'

/** A short name for what a command would do: other parts, in plain data, give another one. */
export function identify(parts: readonly unknown[]): string {
  return sha256(JSON.stringify(parts)).slice(0, 12)
}
