import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BareGate } from '../test/sso/bare-gate.ts'
import { median } from './measure.ts'
import { BIN, report } from './report.ts'

const SESSIONS = 10_000
/** Sessions of each user. */
const BROWSERS = 10
const CHECKS = 1000
const LOGOUTS = 100

/** The gateway with many sessions: how long it takes to start, to check a cookie, and to end all sessions of a user. */
export async function benchSso(): Promise<void> {
  const gate = new BareGate(join(BIN, 'gabarit'))
  const tokens = gate.fill(Array.from({ length: SESSIONS }, (_, index) => `user${index % (SESSIONS / BROWSERS)}`))
  const start = process.hrtime.bigint()
  const { pid = 0 } = await gate.start()
  const started = Number(process.hrtime.bigint() - start) / 1e9
  const check = await measure(pid, tokens.slice(-CHECKS), async token => expect(200, await gate.check(token)))
  const messages = Array.from({ length: LOGOUTS }, (_, user) => gate.logoutMessage(`user${user}`))
  const logout = await measure(pid, messages, async message => expect(200, (await gate.logout(message)).status))
  for (const token of tokens.slice(0, LOGOUTS)) expect(401, await gate.check(token))
  await gate.remove()
  report('gateway with 10,000 sessions: start', `${started.toFixed(2)} s`, 'none')
  report('a check: processor time (whole)', check, 'at most 2 ms')
  report('a logout of a user with 10 sessions: processor time (whole)', logout, 'at most 50 ms')
}

/** The mean processor time of the gateway for each subject, and the median of the whole time, in milliseconds. */
async function measure<Subject>(pid: number, subjects: readonly Subject[], ask: (one: Subject) => Promise<void>) {
  const before = processorTime(pid)
  const whole: number[] = []
  for (const subject of subjects) {
    const start = process.hrtime.bigint()
    await ask(subject)
    whole.push(Number(process.hrtime.bigint() - start) / 1e6)
  }
  const own = (processorTime(pid) - before) / subjects.length
  return `${own.toFixed(2)} ms (${median(whole).toFixed(2)} ms)`
}

/** Milliseconds of a process: proc(5), fields 14 and 15 of stat, in ticks of 10 ms. */
function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

function expect(status: number, answer: number): void {
  if (answer !== status) throw new Error(`the gateway answers ${answer}, not ${status}`)
}
