import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { judgeInPlace } from '../../src/commit/judge.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { runCommand } from '../../src/system/run.ts'
import { needsRoot, testIf } from '../support/skip.ts'

const runs = suite('running commands')
const sh = (script: string, timeout = 20_000) => runCommand(['sh', '-c', script], { env: process.env, timeout })

runs('status and output of both streams', async () => {
  assert.equal(await sh('echo out; echo err >&2; exit 3'), {
    status: 3,
    output: 'out\nerr\n',
    stdout: 'out\n',
    problem: undefined,
    missing: false,
  })
})

runs('a list of words, not a line for a shell', async () => {
  const words = ['$(id)', 'a b', "'", '', '*', '-n']
  const { output } = await runCommand(['printf', '[%s]', ...words], { env: process.env, timeout: 5000 })
  assert.is(output, words.map(word => `[${word}]`).join(''))
})

runs('killed, not there, not allowed: no status, and why', async () => {
  const killed = await sh('kill -9 $$')
  assert.equal([killed.status, killed.problem, killed.missing], [undefined, 'was killed by SIGKILL (9)', false])
  const missing = await runCommand(['/no/such/program'], { env: process.env, timeout: 5000 })
  assert.equal([missing.status, missing.missing], [undefined, true])
  assert.match(missing.problem ?? '', '/no/such/program: not found')
  const denied = await runCommand([import.meta.filename], { env: process.env, timeout: 5000 })
  assert.equal(
    [denied.status, denied.problem, denied.missing],
    [undefined, `${import.meta.filename}: permission denied`, false],
  )
})

runs('data goes through a program into an open file; one that does not read all of it has a status, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-pipe-'))
  const [file, data] = [join(folder, 'output'), Buffer.alloc(1_000_000, 'x')]
  const output = openSync(file, 'w')
  const system = new RealSystem('/', process.env)
  const input = async () => [data.subarray(0, 7), data.subarray(7)]
  const through = (command: readonly string[], timeout = 20_000) => system.pipeInto(command, { input, output, timeout })
  try {
    const copied = await through(['cat'])
    assert.equal([copied.status, copied.problem], [0, undefined])
    assert.ok(readFileSync(file).equals(data))
    const refused = await through(['sh', '-c', 'echo no >&2; exit 3'])
    assert.equal([refused.status, refused.output, refused.problem], [3, 'no\n', undefined])
    const killed = await through(['sh', '-c', 'kill -9 $$'])
    assert.equal([killed.status, killed.problem], [undefined, 'was killed by SIGKILL (9)'])
    const late = await through(['sleep', '60'], 100)
    assert.equal(
      [late.status, late.problem, late.missing],
      [undefined, 'did not end within 0.1 s and was killed', false],
    )
    const missing = await through(['/no/such/program'])
    assert.equal([missing.status, missing.missing], [undefined, true])
    const broken = async () => {
      throw new Error('no data')
    }
    const failed = system.pipeInto(['cat'], { input: broken, output, timeout: 20_000 })
    assert.is(await failed.catch((error: Error) => error.message), 'no data')
  } finally {
    closeSync(output)
    rmSync(folder, { recursive: true })
  }
})

testIf(runs, needsRoot(), 'a checker in no folder of PATH is missing, also if one may not be entered', async () => {
  const closed = mkdtempSync(join(tmpdir(), 'gabarit-closed-'))
  const system = new RealSystem('/', { ...process.env, PATH: `${closed}:${process.env.PATH}` })
  const checkers = ['no-such-checker', 'true'].map(program => ({ command: [program], program, paths: [`/${program}`] }))
  process.seteuid?.('nobody')
  try {
    const { problems, ran, warnings } = await judgeInPlace(checkers, system)
    assert.equal([problems, ran], [[], ['true']])
    assert.equal(warnings, ['/no-such-checker is not checked: no-such-checker not installed'])
  } finally {
    process.seteuid?.(0)
    rmSync(closed, { recursive: true })
  }
})

runs('the time limit ends it with its children, also when it does not obey', async () => {
  const { status, problem, output } = await sh(
    `trap '' TERM; sh -c "trap '' TERM; echo $$; sleep 60; sleep 60"; sleep 60`,
    300,
  )
  assert.is(status, undefined)
  assert.is(problem, 'did not end within 0.3 s and was killed')
  assert.match(output, /^\d+\n$/)
})

runs('a child in the background that holds the output does not hold us up', async () => {
  const { status, output } = await sh('sleep 3 & echo said', 60_000)
  assert.equal([status, output], [0, 'said\n'])
})

runs('one that has ended keeps our process from its own end no longer', async () => {
  await sh('echo said')
  await new Promise(resolve => setImmediate(() => setImmediate(resolve)))
  assert.equal(
    process.getActiveResourcesInfo().filter(name => name === 'Timeout'),
    [],
  )
})

runs('lines as they come: split characters, no newline at the end, long output', async () => {
  const lines: string[] = []
  const script = `printf '\\303'; sleep 0.1; printf '\\251\\nlast'; seq 1 20000 >&2`
  await runCommand(['sh', '-c', script], { env: process.env, timeout: 20_000, onLine: line => lines.push(line) })
  assert.ok(lines.includes('é'))
  assert.is(lines.filter(line => /^\d+$/.test(line)).length, 20_000)
  assert.ok(lines.includes('last'))
})

runs('no input, and it does not wait for any', async () => {
  assert.is((await sh('cat; echo done')).output, 'done\n')
})

runs.run()
