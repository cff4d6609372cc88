// `npm run bench:fleet -- [HOSTS [KILLS [OPTION...]]]`: a controller with the real etcd, and hosts with the real Apache, each a machine of its own
// (network, files, processes), all on this machine. Options of `publish` stand behind `--`. See docs/guide/fleet.md.
import { setTimeout as pause } from 'node:timers/promises'
import { enterNamespace } from '../../test/support/namespace.ts'
import { report } from '../report.ts'
import { BenchFleet } from './bench-fleet.ts'
import { ProcessorTime } from './processor-time.ts'

const HOSTS = Number(process.argv[2] ?? 200)
const KILLS = Number(process.argv[3] ?? 100)
const FIRST = Math.min(20, HOSTS)
/** How a release is rolled out, unless hosts are killed. */
const MANNER = process.argv.slice(4).join(' ')

const problem = enterNamespace('outside')
if (problem !== undefined) throw new Error(problem)
const all = new ProcessorTime('gabarit-bench')
const time = {
  hosts: new ProcessorTime('hosts', all),
  controller: new ProcessorTime('controller', all),
  others: new ProcessorTime('others', all),
}
time.others.enter()
const fleet = new BenchFleet(time)
process.setMaxListeners(0).on('exit', () => fleet.end())
await fleet.found()
const resting = await join(`one of the first ${FIRST}`, FIRST, 0)
if (HOSTS > FIRST) await join(`one of the next ${HOSTS - FIRST}`, HOSTS - FIRST, resting)

await roll('first')
await roll('next')
report('memory of the agent of a host', `${fleet.hosts[0]?.memory.toFixed(0)} MiB`, 'none')

fleet.break(true)
await publish('broken', 4)
fleet.check('next')
report('a release that breaks Apache: hosts that keep it', '0', '0')
fleet.break(false)
report(`hosts between two releases after ${await killAtRandom()} kills`, '0', '0')
report('the database of etcd', `${fleet.stored.toFixed(1)} MiB`, 'none')
process.exit(0)

/**
 * Lets hosts in. What those that are there already take meanwhile is not the work of joining: on average, half of what has come.
 * @param before how much of a processor those that were there take
 * @returns how much of it all take afterwards
 */
async function join(which: string, count: number, before: number): Promise<number> {
  await fleet.add(count)
  const joined = await measured(() => fleet.join(fleet.hosts.slice(-count)))
  const { all, seconds } = await measured(() => pause(60_000))
  const after = all / seconds
  const own = (joined.all - (joined.seconds * (before + after)) / 2) / count
  report(`a host joins, ${which}`, `${own.toFixed(2)} s of processor time`, 'the same')
  report(`  ${fleet.hosts.length} hosts that wait and report`, `${(after * 100).toFixed(0)} % of a processor`, 'none')
  return after
}

async function roll(name: string): Promise<void> {
  const { seconds, hosts, controller } = await measured(() => publish(name, 0))
  fleet.check(name)
  report(`the ${name} release reaches ${HOSTS} of ${HOSTS} hosts`, `${seconds.toFixed(0)} s`, 'at most 300 s')
  report('  of a host', `${(hosts / HOSTS).toFixed(2)} s of processor time`, 'the same')
  report('  of controller and etcd, for each host', `${((controller / HOSTS) * 1000).toFixed(0)} ms`, 'the same')
}

/** Publishes, and waits for the end. @param status that the command must have */
async function publish(text: string, status: number): Promise<void> {
  fleet.set(text)
  const done = await fleet.run(`gabarit fleet publish --wait ${MANNER}`)
  if (done.status !== status) throw new Error(`${text}: exit ${done.status}\n${done.stdout}${done.stderr}`)
}

/** Kills agents, processes that take a release, the controller and etcd while releases are rolled out. @returns how often */
async function killAtRandom(): Promise<number> {
  let kills = 0
  for (let number = 1; kills < KILLS; number++) {
    const through = bringThrough(`kills-${number}`)
    const ended = through.then(() => true)
    while (kills < KILLS && !(await Promise.race([ended, pause(300 + Math.random() * 1500, false)])))
      if (killOne()) kills++
    await through
    fleet.check(`kills-${number}`)
  }
  return kills
}

/** Publishes, and resumes until all hosts have it: who was killed in the middle of a change has gone back, which halts the rest. */
async function bringThrough(text: string): Promise<void> {
  fleet.set(text)
  let command = 'gabarit fleet publish --wait --soak no --within 60s'
  for (let tries = 0; tries < 100; tries++) {
    const { status, stderr } = await fleet.run(command)
    if (status === 0) return
    // With etcd away, nobody knows whether it was begun.
    if (/cannot be reached/.test(stderr)) await pause(1000)
    if (!/nothing was published|is not halted/.test(stderr)) command = 'gabarit fleet resume --wait'
    else if (/is not halted/.test(stderr)) await fleet.run('gabarit fleet halt')
  }
  throw new Error(`${text} does not get through`)
}

function killOne(): boolean {
  const chance = Math.random()
  if (chance < 0.1) fleet.kill('gabarit-fleet')
  else if (chance < 0.2) fleet.kill('etcd')
  else if (chance < 0.6) return fleet.hosts[Math.floor(Math.random() * HOSTS)]?.kill('agent') === true
  else return fleet.hosts.some(host => host.kill('take'))
  return true
}

/** What some work takes: processor time in seconds, and time. */
async function measured(work: () => Promise<void> | void) {
  const seen = () => ({
    seconds: performance.now() / 1000,
    hosts: time.hosts.seconds,
    controller: time.controller.seconds,
    all: all.seconds,
  })
  const before = seen()
  await work()
  const after = seen()
  return {
    seconds: after.seconds - before.seconds,
    hosts: after.hosts - before.hosts,
    controller: after.controller - before.controller,
    all: after.all - before.all,
  }
}
