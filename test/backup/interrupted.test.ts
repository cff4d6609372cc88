// What goes wrong with the program `age`, and signals: nothing is left, nothing looks like a backup that is none.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import * as assert from 'uvu/assert'
import { BIN } from '../support/sandbox.ts'
import { waitFor } from '../support/wait.ts'
import { onSavedServer } from './support.ts'

const { tests, step, server } = onSavedServer('a backup or a restore that is interrupted')

/** The environment in which a script comes before the program `age`. */
function insteadOfAge(script: string): { readonly env: Record<string, string> } {
  return {
    env: { PATH: `${dirname(server.write('/instead/age', `#!/bin/sh\n${script}`, 0o755))}:${BIN}:${process.env.PATH}` },
  }
}

/** Signals a command once a program that it runs has written its number into /runs. @returns how the command ended */
async function signalled(words: readonly string[], signal: NodeJS.Signals, env: Record<string, string> = {}) {
  const [program = '', ...args] = words
  const child = spawn(program, args, { env: { ...process.env, ...server.ownEnv, ...env }, cwd: '/' })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said += text))
  const ended = new Promise<NodeJS.Signals | null>(resolve => child.on('close', (_, by) => resolve(by)))
  const runs = await waitFor('the program to run', () => server.exists('/runs') && server.read('/runs').trim())
  child.kill(signal)
  const by = await ended
  await waitFor('the program to end', () => server.run(['kill', '-0', runs]).status !== 0)
  server.must(['rm', server.path('/runs')])
  return { by, said }
}

const waiting = () =>
  `sleep 600 &\necho $! > ${server.path('/runs')}.new\nmv ${server.path('/runs')}.new ${server.path('/runs')}\nwait\n`

step('a signal while age works: it ends with all that it has started, and nothing is left', async () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    const { env } = insteadOfAge(waiting())
    const { by, said } = await signalled(['gabarit', 'backup', server.archive], signal, env)
    assert.is(by, signal, said)
    assert.match(said, `interrupted by ${signal}\n  No file was changed.`)
    assert.equal(readdirSync(server.safe.root), ['backup-key.txt'])
  }
  assert.is(server.run(['gabarit', 'backup', server.archive]).stderr, '')
})

step('a signal while a restore asks the checkers: nothing is changed', async () => {
  server.must('config set word before')
  server.write('/etc/gabarit/checks.d/slow', `#!/bin/sh\n${waiting()}`, 0o755)
  const { by, said } = await signalled(['gabarit', 'restore', server.archive, '--identity', server.identity], 'SIGTERM')
  assert.is(by, 'SIGTERM', said)
  assert.match(said, 'interrupted by SIGTERM')
  assert.is(server.must('config gettype word'), 'before\n')
})

step('an age that says that all is well, and has not encrypted all of it: refused', () => {
  for (const script of ['exit 0\n', 'head -c 20000\n']) {
    const { status, stderr } = server.run(['gabarit', 'backup', server.archive, '--force'], insteadOfAge(script))
    assert.is(status, 3)
    assert.match(stderr, 'age has not encrypted the whole backup')
  }
  server.must(['gabarit', 'backup', 'verify', server.archive, '--identity', server.identity])
})

step('what age leaves behind keeps nobody', () => {
  for (const end of ['exec /usr/bin/age "$@"', 'echo no luck >&2; exit 1']) {
    const options = insteadOfAge(`sleep 600 &\necho $! > ${server.path('/runs')}\n${end}\n`)
    const { status, stderr } = server.run(['gabarit', 'backup', server.archive, '--force'], {
      ...options,
      timeoutSeconds: 60,
    })
    assert.equal(
      [status, stderr.includes('age could not encrypt the backup: no luck')],
      end.startsWith('exec') ? [0, false] : [3, true],
    )
    server.run(['kill', server.read('/runs').trim()])
  }
})

tests.run()
