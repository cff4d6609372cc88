import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Outcome, PROJECT, Sandbox } from './sandbox.ts'
import { stepsOf } from './steps.ts'
import { pause, waitFor } from './wait.ts'

/** A real service manager that runs small daemons. */
export interface Supervisor {
  /** For `GABARIT_SERVICE_MANAGER`. */
  readonly name: string
  /** Starts the manager; it knows the services of {@link commands}, and none of them runs yet. */
  start(commands: Readonly<Record<string, readonly string[]>>): Promise<void>
  /** Starts a service behind gabarit's back. */
  up(service: string): void
  /** Kills the process of a service and leaves it down. */
  kill(service: string): void
}

const SCRIPT = join(PROJECT, 'test/support/daemon.sh')

/** What every service manager has to do, with a real one. */
export function testServiceManager(suite: Test<unknown>, supervisor: Supervisor, reason: string | undefined): void {
  const step = stepsOf(suite, reason)
  const sandbox = new Sandbox()
  const logOf = (service: string) => sandbox.path(`/${service}.log`)
  const said = (service: string) =>
    existsSync(logOf(service)) ? readFileSync(logOf(service), 'utf8').trimEnd().split('\n') : []
  const waitUntilSaid = (service: string, ...words: string[]) =>
    waitFor(`${service} to say ${words}`, () => said(service).join() === words.join()).catch(() =>
      assert.equal(said(service), words),
    )
  const signal = (event: string, timeout = '30'): Outcome => {
    const env = { GABARIT_SERVICE_MANAGER: supervisor.name, GABARIT_SERVICE_TIMEOUT: timeout }
    return sandbox.run(['signal-event', event], { env })
  }
  const ask = (event: string, service: string, word: string) =>
    sandbox.write(`/etc/gabarit/events/${event}/services2adjust/${service}`, `${word}\n`)

  suite.after(() => sandbox.remove())

  step('the manager runs', async () => {
    const probe = [SCRIPT, logOf('probe')]
    const stubborn = [SCRIPT, logOf('stubborn'), 'stubborn']
    await supervisor.start({ probe, stubborn })
    for (const word of ['start', 'restart', 'reload', 'reload-or-restart']) ask(`probe-${word}`, 'probe', word)
    sandbox.write('/etc/gabarit/events/nothing/services2adjust/nobody', 'start\n')
    sandbox.must('config set probe service status enabled')
    // The folder that a command is typed in (here the sandbox's root) must not lead the manager astray.
    sandbox.write('/supervisord.conf', '[supervisorctl]\nserverurl=unix:///nonexistent/decoy.sock\n')
  })

  step('start, and start again', async () => {
    assert.equal(signal('probe-start').status, 0)
    await waitUntilSaid('probe', 'start')
    assert.equal(signal('probe-start').status, 0)
    await pause(200)
    assert.equal(said('probe'), ['start'])
  })

  step('reload and restart', async () => {
    assert.equal(signal('probe-reload').status, 0)
    await waitUntilSaid('probe', 'start', 'reload')
    assert.equal(signal('probe-restart').status, 0)
    await waitUntilSaid('probe', 'start', 'reload', 'stop', 'start')
  })

  step('since when it runs', () => {
    const { stdout } = sandbox.run('gabarit services --json', { env: { GABARIT_SERVICE_MANAGER: supervisor.name } })
    const found: { service: string; state: string; since: string }[] = JSON.parse(stdout)
    const { state, since = '' } = found.find(({ service }) => service === 'probe') ?? {}
    assert.is(state, 'running')
    const age = Date.now() - Date.parse(since)
    assert.ok(age > -2000 && age < 60_000, since)
  })

  step('a disabled service is stopped, whatever is asked', async () => {
    sandbox.must('config setprop probe status disabled')
    assert.equal(signal('probe-restart').status, 0)
    await waitUntilSaid('probe', 'start', 'reload', 'stop', 'start', 'stop')
    assert.equal(signal('probe-restart').status, 0)
    await pause(200)
    assert.equal(said('probe').length, 5)
    sandbox.must('config setprop probe status enabled')
  })

  step('a failed adjustment is reported, remembered and tried again by the next event', async () => {
    const { status, stderr, stdout } = signal('probe-reload')
    assert.is(status, 1)
    assert.match(`${stdout}${stderr}`, 'probe is not running')
    supervisor.up('probe')
    await waitUntilSaid('probe', 'start', 'reload', 'stop', 'start', 'stop', 'start')
    assert.is(signal('nothing').status, 0)
    await waitUntilSaid('probe', 'start', 'reload', 'stop', 'start', 'stop', 'start', 'reload')
    assert.is(signal('nothing').status, 0)
    await pause(200)
    assert.is(said('probe').at(-2), 'start')
  })

  step('a service that the manager does not know is skipped, with a warning; to stop it is done', async () => {
    sandbox.must('config set ghost service status enabled ServiceName no-such-unit')
    ask('two', 'ghost', 'restart')
    ask('two', 'probe', 'reload')
    const before = said('probe').length
    const { status, stderr, stdout } = signal('two')
    assert.is(status, 0, stdout + stderr)
    assert.match(stderr, `warning: ghost is skipped: ${supervisor.name} has no service no-such-unit`)
    await waitFor('probe to be reloaded', () => said('probe').length === before + 1)
    sandbox.must('config setprop ghost status disabled')
    assert.not.match(Object.values(signal('two')).join(), 'ghost')
    sandbox.must('config delete ghost')
    assert.not(existsSync(sandbox.path('/var/lib/gabarit/pending.json')))
  })

  step('reload-or-restart starts what does not run', async () => {
    supervisor.kill('probe')
    const before = said('probe').length
    assert.is(signal('probe-reload-or-restart').status, 0)
    await waitFor('probe to start', () => said('probe').slice(before).join() === 'start')
    assert.is(signal('probe-reload-or-restart').status, 0)
    await waitFor('probe to be reloaded', () => said('probe').slice(before).join() === 'start,reload')
  })

  step('one that hangs is given up, reported and remembered', async () => {
    sandbox.must('config set stubborn service status enabled')
    ask('stubborn-stop', 'stubborn', 'stop')
    supervisor.up('stubborn')
    await waitUntilSaid('stubborn', 'start')
    const { status, stderr, stdout } = signal('stubborn-stop', '2')
    assert.is(status, 1)
    assert.match(`${stdout}${stderr}`, /stubborn.*did not end within 2 s/s)
    supervisor.kill('stubborn')
    assert.is(signal('nothing').status, 0)
  })
}
