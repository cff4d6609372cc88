// A service that does not come up, and the going back by itself killed at every step: the change stands, or it went back, files
// and databases alike. The manager is a script, as no real one fails at the same moment each time.
import { spawn } from 'node:child_process'
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { atStep, RunRequest } from './deed.ts'
import { leftOvers } from './left-overs.ts'
import { type Site, waitingSite } from './site.ts'

const AT_ONCE = 20

/** A service that ends when it is told to read its new files, is started once more in vain, and then starts with the old ones. */
const MANAGER = `#!/bin/sh
case $1 in
  status) [ -e "$0.ill" ] && echo "$2 EXITED" || echo "$2 RUNNING" ;;
  start) [ -e "$0.tried" ] && rm -f "$0.ill" || touch "$0.tried" ;;
  maintail) ;;
  *) touch "$0.ill" ;;
esac
`

const back = suite('going back by itself')

function managed(site: Site): Record<string, string> {
  const program = join(site.root, 'supervisorctl')
  writeFileSync(program, MANAGER)
  chmodSync(program, 0o755)
  return { ...site.env, GABARIT_SERVICE_MANAGER: 'supervisord', PATH: `${site.root}:${site.env.PATH}` }
}

/** Runs the event, killed at a step if it is given one. */
function signal(site: Site, step: number | undefined, notes?: string): Promise<number | null> {
  const stop = { root: site.root, ...(step === undefined ? {} : { step }), ...(notes === undefined ? {} : { notes }) }
  const env = { ...process.env, ...managed(site), ...atStep(stop) }
  const child = spawn('signal-event', ['change'], { env, cwd: '/', stdio: 'ignore' })
  return new Promise((resolve, reject) => child.on('error', reject).on('exit', resolve))
}

back('killed at every step behind the first commit', async () => {
  const prototype = waitingSite()
  const event = new RunRequest('event', prototype, ['signal-event', 'change'])
  const gone = prototype.copy()
  const notes = `${gone.root}.notes`
  assert.is(await signal(gone, undefined, notes), 4)
  const wentBack = gone.state()
  const steps = readFileSync(notes, 'utf8').trimEnd().split('\n')
  rmSync(notes)
  const first = steps.findIndex(step => step.startsWith('remove') && step.endsWith('journal.json')) + 2
  const wrong: string[] = []
  const seen = { stands: 0, back: 0 }
  const waiting = steps.map((name, index) => ({ name, step: index + 1 })).slice(first)
  const worker = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const site = prototype.copy()
      await signal(site, one.step)
      const { stderr } = site.run(['expand-template', '/etc/same'])
      const state = site.state()
      const is = (wanted: Readonly<Record<string, string>>) => JSON.stringify(state) === JSON.stringify(wanted)
      if (is(wentBack)) seen.back++
      else if (is(event.after.state)) seen.stands++
      else wrong.push(`step ${one.step}, ${one.name}: neither: ${stderr}${JSON.stringify(state)}`)
      wrong.push(...leftOvers(site).map(line => `step ${one.step}, ${one.name}: ${line}`))
      site.remove()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  process.stdout.write(
    `${seen.stands + seen.back} kills: ${seen.stands} times the change stands, ${seen.back} times it went back\n`,
  )
  assert.is(wrong.join('\n'), '')
  assert.ok(seen.stands > 5 && seen.back > 5)
})

back.run()
