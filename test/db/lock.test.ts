import { spawn, spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { acquireLock, readHolder, withLock } from '../../src/system/lock.ts'
import { type Holder, thisProcess } from '../../src/system/lock-holder.ts'
import { Fixture, failureOf } from './fixture.ts'

const test = suite<{ fixture: Fixture; path: string }>('lock')

test.before.each(context => {
  context.fixture = new Fixture()
  context.path = join(context.fixture.folder, 'lock')
})
test.after.each(({ fixture }) => fixture.remove())

const options = { what: 'the thing', command: 'test run', wait: 0 }

/** A lock as a process with these particulars would have left it. */
function leaveLock(path: string, particulars: Partial<Holder>): void {
  fs.symlinkSync(JSON.stringify({ ...thisProcess('config setprop'), ...particulars }), path)
}

/** The number of a process that has ended. */
function deadProcess(): number {
  return spawnSync('true').pid
}

test('is held while the function runs, and given up when it throws', ({ path }) => {
  assert.is(
    withLock(acquireLock(path, options), () => readHolder(path)?.pid),
    process.pid,
  )
  assert.throws(() =>
    withLock(acquireLock(path, options), () => {
      throw new Error('x')
    }),
  )
  assert.is(readHolder(path), undefined)
})

test('names holder, process, command and age to whoever waits in vain', ({ path }) => {
  leaveLock(path, { since: Date.now() - 5000 })
  const failure = failureOf(() => acquireLock(path, options))
  assert.is(failure.message, `the thing is locked by process ${process.pid} (config setprop), for 5 s`)
  assert.is(failure.status, 1)
})

test('a dead holder is replaced at once', ({ path }) => {
  leaveLock(path, { pid: deadProcess() })
  withLock(acquireLock(path, options), () => assert.is(readHolder(path)?.pid, process.pid))
  assert.equal(fs.readdirSync(join(path, '..')), [])
})

test('so is one of another boot, and one whose number another process has now', ({ path }) => {
  leaveLock(path, { boot: 'another' })
  withLock(acquireLock(path, options), () => undefined)
  if (process.platform === 'linux') {
    leaveLock(path, { started: '1' })
    withLock(acquireLock(path, options), () => undefined)
  }
  assert.is(readHolder(path), undefined)
})

test('a holder that died while it replaced a dead one is replaced too', ({ path }) => {
  leaveLock(path, { pid: deadProcess(), token: 'first' })
  leaveLock(`${path}.first`, { pid: deadProcess(), token: 'second' })
  withLock(acquireLock(path, options), () => assert.is(readHolder(path)?.pid, process.pid))
  assert.equal(fs.readdirSync(join(path, '..')), [])
})

test('a holder in another container counts as alive, and the message says why', ({ path }) => {
  if (process.platform !== 'linux') return
  leaveLock(path, { pid: deadProcess(), space: 'pid:[1]' })
  assert.match(failureOf(() => acquireLock(path, options)).message, 'of another container')
})

test('a zombie is dead', async ({ path }) => {
  if (process.platform !== 'linux') return
  // Its parent never asks for its end.
  const script = 'sleep 0 & echo $!; exec sleep 20'
  const parent = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
  const pid = await new Promise<number>(resolve => parent.stdout.once('data', data => resolve(Number(data))))
  await new Promise(resolve => setTimeout(resolve, 100))
  const { started: _, ...self } = thisProcess('x')
  fs.symlinkSync(JSON.stringify({ ...self, pid }), path)
  withLock(acquireLock(path, options), () => assert.is(readHolder(path)?.pid, process.pid))
  parent.kill('SIGKILL')
})

test('what gabarit did not make is not touched', ({ path }) => {
  fs.symlinkSync('/somewhere', path)
  assert.match(failureOf(() => acquireLock(path, options)).message, 'not created by gabarit')
  fs.rmSync(path)
  fs.writeFileSync(path, '')
  assert.throws(() => acquireLock(path, options))
  assert.ok(fs.existsSync(path))
})

test('releasing twice, or after someone else took over, removes nothing of theirs', ({ path }) => {
  const lock = acquireLock(path, options)
  fs.unlinkSync(path)
  leaveLock(path, { token: 'theirs' })
  lock.release()
  lock.release()
  assert.is(readHolder(path)?.token, 'theirs')
})

test('of many that find a dead holder, one at a time gets the lock', async ({ fixture, path }) => {
  leaveLock(path, { pid: deadProcess() })
  const counter = fixture.write('counter', '0')
  const module = join(import.meta.dirname, '../../src/system/lock.ts')
  // Reading and writing back with a pause between loses counts unless they exclude each other.
  const program = `
    import * as fs from 'node:fs'
    import { acquireLock, withLock } from ${JSON.stringify(module)}
    const [path, counter] = process.argv.slice(-2)
    withLock(acquireLock(path, { what: 'x', command: 'x', wait: 60 }), () => {
      const count = Number(fs.readFileSync(counter, 'utf8'))
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3)
      fs.writeFileSync(counter, String(count + 1))
    })`
  const script = fixture.write('count.ts', program)
  const root = join(import.meta.dirname, '../..')
  const runs = Array.from({ length: 12 }, () =>
    spawn(process.execPath, ['--import', 'tsx', script, path, counter], { cwd: root, stdio: 'inherit' }),
  )
  const ends = await Promise.all(runs.map(run => new Promise(resolve => run.on('exit', resolve))))
  assert.equal(ends, Array(12).fill(0))
  assert.is(fs.readFileSync(counter, 'utf8'), '12')
  assert.is(readHolder(path), undefined)
})

test.run()
