import { resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { main as dbMain } from '../../src/cli/db/main.ts'
import { main } from '../../src/cli/main.ts'
import type { Io } from '../../src/system/io.ts'
import { type Outcome, PROJECT } from './sandbox.ts'

/** What a call of `main` is given beside its words. */
export interface CallOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly input?: string
}

/** Runs a command in this process, as `bin/NAME` would in its own. */
export async function call(command: readonly string[], options: CallOptions = {}): Promise<Outcome> {
  const { env = {}, cwd = '/', input = '' } = options
  const said = { 1: '', 2: '' }
  const io: Io = {
    env: { PATH: process.env.PATH, ...env },
    shipped: PROJECT,
    resolve: path => resolve(cwd, path),
    now: () => new Date(),
    isTerminal: () => false,
    write: (descriptor, text) => {
      said[descriptor] += text
    },
    readInput: () => Buffer.from(input),
    terminal: () => ({ input: new PassThrough().end(input), output: new PassThrough() }),
  }
  const [program] = command
  const status = program === 'db' || program === 'config' ? await dbMain(command, io) : await main(command, io)
  return { status, stdout: said[1], stderr: said[2] }
}
