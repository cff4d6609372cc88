// `npm run bench:fleet [HOSTS [KILLS]]`: a controller with the real etcd, and hosts that each have a root, a network and an agent of
// their own, all on this machine. See docs/guide/fleet.md.
import { statSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { enterNamespace } from '../../test/support/namespace.ts'
import { report } from '../report.ts'
import { BenchFleet } from './bench-fleet.ts'

const HOSTS = Number(process.argv[2] ?? 200)
const KILLS = Number(process.argv[3] ?? 100)
const FIRST = Math.min(20, HOSTS)

const problem = enterNamespace('gate')
if (problem !== undefined) throw new Error(problem)
const fleet = new BenchFleet()
process.on('exit', () => fleet.end())
await fleet.found()
report(
  `a host joins, one of the first ${FIRST}`,
  `${((await timed(() => fleet.join(FIRST))) / FIRST).toFixed(2)} s`,
  'none',
)
const rest = HOSTS - FIRST
const others = await timed(() => fleet.join(rest))
if (rest > 0) report(`a host joins, one of the next ${rest}`, `${(others / rest).toFixed(2)} s`, 'the same')
for (const host of fleet.hosts) host.start()

const taken = await timed(() => publish('one', 0))
fleet.check('one')
report(`a release reaches ${HOSTS} of ${HOSTS} hosts`, `${taken.toFixed(0)} s`, 'at most 300 s')

fleet.template('<%= config.missing.Text %>\n')
await publish('two', 3)
fleet.check('one')
fleet.template('<%= config.note.Text %>\n')
report('a release that no host can take: hosts that have it', '0', '0')

report(`hosts between two releases after ${await killAtRandom()} kills`, '0', '0')
const { size } = statSync('/var/lib/etcd/gabarit/member/snap/db')
report('the database of etcd', `${(size / 2 ** 20).toFixed(1)} MiB`, 'none')
process.exit(0)

/** Publishes, and waits for the end. @param status that the command must have */
async function publish(text: string, status: number): Promise<void> {
  fleet.set(text)
  const done = await fleet.run('gabarit fleet publish --wait --soak 10s')
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
  let command = 'gabarit fleet publish --wait --soak 1s --within 60s'
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
  if (chance < 0.1) fleet.killController()
  else if (chance < 0.2) fleet.killStore()
  else if (chance < 0.6) fleet.hosts[Math.floor(Math.random() * HOSTS)]?.kill('agent')
  else return fleet.hosts.some(host => host.kill('take'))
  return true
}

async function timed(work: () => Promise<void> | void): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}
