import { randomBytes } from 'node:crypto'
import { withProbeFile } from '../../../system/probe-file.ts'
import type { Token } from './fetch.ts'

/** Distinguishes it from an authority's tokens, which can begin with anything; uses the characters of a real one. */
const PREFIX = 'gabarit-check-'

/**
 * Lays out a random token in the folder of the answers to challenges while something runs.
 * @throws Error of the file system
 */
export function withToken<Result>(folder: string, run: (token: Token) => Promise<Result>): Promise<Result> {
  const content = randomBytes(32).toString('base64url')
  return withProbeFile(folder, PREFIX, content, name => run({ name, content }))
}
