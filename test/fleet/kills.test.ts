// Agents, changes, the leader and etcd killed at random while releases are rolled out. GABARIT_TEST_KILLS=100 says how often;
// without it, a few kills are in rollout.test.ts.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { needsCommands } from '../support/packages.ts'
import { Chooser } from '../support/random.ts'
import { stepsOf } from '../support/steps.ts'
import { pause, waitFor } from '../support/wait.ts'
import { SmallFleet } from './small-fleet.ts'

const KILLS = Number(process.env.GABARIT_TEST_KILLS ?? 0)
/** Seconds for a roll-out: windows end meanwhile, and the machine may be busy. */
const PATIENCE = 300
/** In one roll-out at most. */
const AT_ONCE = 5

const tests = suite('kills in roll-outs')
const needed = needsCommands('etcd', 'etcdctl', 'apache2', 'nginx', 's6-svscan', 'nsenter')
const step = stepsOf(tests, KILLS === 0 ? 'GABARIT_TEST_KILLS is not set' : (needed ?? enterNamespace('outside')))
const fleet = new SmallFleet()
const { gate, hosts } = fleet
tests.after(() => fleet.remove())

step('four machines become a fleet with a release', async () => {
  await fleet.start()
  const folder = '/etc/gabarit/fleet/all'
  gate.write(`${folder}/templates/etc/fleet-note`, '<%= config.note.Text %>\n')
  gate.write(`${folder}/events/console-save/templates2expand/etc/fleet-note`, '')
})

step('no host stays between two releases, and all have the release in the end', async () => {
  const { pick, chance } = new Chooser()
  const tally = { agent: 0, change: 0, leader: 0, etcd: 0 }
  const kill = {
    agent: () => pick(hosts).must('s6-svc -k /run/service/gabarit-fleet'),
    leader: () => gate.must('s6-svc -k /run/service/gabarit-fleet'),
    etcd: () => gate.must('s6-svc -k /run/service/etcd'),
  }
  for (let kills = 0; kills < KILLS; ) {
    const text = `after ${kills} kills`
    gate.must(['db', '--fleet', 'configuration', 'set', 'note', 'note', 'Text', text])
    gate.must('gabarit fleet publish --soak no --within 60s')
    for (const end = Math.min(KILLS, kills + AT_ONCE); kills < end; kills++) {
      const isChange = chance(0.5) && (await changeKilled())
      const victim = pick(['agent', 'agent', 'leader', 'etcd'] as const)
      if (isChange) tally.change++
      else {
        kill[victim]()
        tally[victim]++
        await pause(300)
      }
    }
    // One that was killed in the middle of a change has gone back, and halts the rest.
    await waitFor(
      'the end',
      () => {
        const { rollout } = fleet.status()
        if (rollout?.state === 'halted') gate.run('gabarit fleet resume')
        return rollout?.state === 'done'
      },
      PATIENCE,
    )
    for (const host of hosts) assert.equal(fleet.seenOn(host), { property: text, file: text }, host.name)
    process.stdout.write(`${kills} kills\n`)
  }
  process.stdout.write(`${KILLS} kills: ${JSON.stringify(tally)}\n`)
})

/** Waits a little for a host that carries out a change, and kills that. @returns whether there was one */
async function changeKilled(): Promise<boolean> {
  for (let tries = 0; tries < 40; tries++) {
    if (hosts.some(host => host.killChange())) return true
    await pause(50)
  }
  return false
}

tests.run()
