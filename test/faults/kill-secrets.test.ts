// kill -9 while secrets are encrypted, and while they are stored in clear again: each file is as before or as after, every value
// can be read at any time, and the same command or the next event completes what was cut off.
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { outputFileSync } from 'fs-extra/esm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { examine } from '../../src/cli/doctor/doctor.ts'
import { DryRunSystem } from '../../src/system/real-system.ts'
import { atStep, RunRequest } from './deed.ts'
import { changedSite, namesIn, type Site } from './site.ts'

/** What must be nowhere in gabarit's own folder once it is encrypted. */
const SECRETS = ['opensesame', 'former-token', 'present-token']

/** A server whose history has a value that has become secret since. */
function site(): Site {
  const site = changedSite()
  outputFileSync(site.path('/etc/gabarit/templates/etc/note'), 'token <%= config.note.token %>\n')
  for (const token of ['former-token', 'present-token']) {
    site.must(['config', 'setprop', 'note', 'token', token])
    site.must(['signal-event', 'change'])
  }
  const described = JSON.stringify({ properties: { token: { secret: true } } })
  outputFileSync(site.path('/etc/gabarit/db/configuration/note.json'), described)
  return site
}

function filesWith(site: Site, text: string): string[] {
  const folder = site.places.state.folder
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(name => lstatSync(join(folder, name)).isFile() && readFileSync(join(folder, name)).includes(text))
    .sort()
}

async function ills(site: Site): Promise<string[]> {
  const found = await examine(site.places, new DryRunSystem(site.places.root), new Date())
  return found.filter(({ level }) => level === 'error').map(({ id, message }) => `${id}: ${message}`)
}

/** What is wrong with a server on which a command was cut off, and then completed. */
async function judge(site: Site, complete: readonly string[], encrypted: boolean): Promise<string[]> {
  const wrong: string[] = []
  const readAll = (when: string) => {
    const read = [
      ['vault', 'Password'],
      ['note', 'token'],
    ].map(at => site.run(['config', 'getprop', ...at]).stdout)
    if (read.join('') !== 'opensesame\npresent-token\n') wrong.push(`${when}: ${JSON.stringify(read)}`)
  }
  readAll('cut off')
  wrong.push(...(await ills(site)))
  const written = site.run(['config', 'setprop', 'note', 'text', 'meanwhile'])
  if (written.status !== 0) wrong.push(`setprop: ${written.stderr}`)
  const { status, stderr } = site.run(complete)
  if (status !== 0) wrong.push(`${complete.join(' ')}: exit ${status}: ${stderr}`)
  readAll('completed')
  wrong.push(...(await ills(site)))
  const folder = namesIn(join(site.places.state.folder, 'secrets'))
  if (encrypted) {
    for (const secret of SECRETS) wrong.push(...filesWith(site, secret).map(file => `${secret} is in ${file}`))
    if (folder.join() !== 'identity.txt,switch.json') wrong.push(`there is ${folder}`)
  } else if (folder.length > 0 || filesWith(site, '"sealed"').length > 0) wrong.push(`something is left: ${folder}`)
  for (const name of namesIn(site.places.databases)) if (/\.(new|lock)$/.test(name)) wrong.push(`${name} is left`)
  return wrong
}

async function killAtEach(request: RunRequest, encrypted: boolean): Promise<void> {
  const wrong: string[] = []
  const moments = new Set<string>()
  for (const { number, name } of request.differentSteps) {
    const site = request.site()
    const { stderr } = site.run(request.command, { env: atStep({ root: site.root, step: number }) })
    assert.match(stderr, 'killed by SIGKILL')
    const waits = site.exists('/var/lib/gabarit/secrets/switch.json')
    moments.add(waits ? site.read('/var/lib/gabarit/secrets/switch.json') : 'none')
    // Before anything was decided, an event has nothing to complete.
    const unfinished = waits && site.read('/var/lib/gabarit/secrets/switch.json').includes('unfinished')
    const complete = number % 2 === 0 || !unfinished ? request.command : ['signal-event', 'change']
    const problems = await judge(site, complete, encrypted)
    wrong.push(...problems.map(problem => `step ${number}, ${name}, then ${complete.join(' ')}: ${problem}`))
    site.remove()
  }
  assert.is(wrong.join('\n'), '')
  assert.ok(moments.size >= 2, [...moments].join())
}

const secrets = suite('secrets, killed -9 at every step')

secrets('while they are encrypted', async () => {
  const plain = site()
  for (const secret of SECRETS) assert.ok(filesWith(plain, secret).length > 0, secret)
  await killAtEach(new RunRequest('encrypt', plain, ['gabarit', 'secrets', 'encrypt']), true)
})

secrets('while they are stored in clear', async () => {
  const encrypted = site()
  encrypted.must(['gabarit', 'secrets', 'encrypt'])
  await killAtEach(new RunRequest('decrypt', encrypted, ['gabarit', 'secrets', 'decrypt']), false)
})

secrets.run()
