// kill -9 while an old server comes over: onto a server at work, and onto one without a history.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { atStep, RunRequest } from './deed.ts'
import { oldServerFolder } from './old-server.ts'
import { Site, waitingSite } from './site.ts'
import { killAtEveryStep } from './sweep.ts'

const command = ['gabarit', 'import', '--server', oldServerFolder()]

const atWork = suite('an import onto a server at work')
killAtEveryStep(atWork, () => new RunRequest('import', waitingSite(), command))
atWork.run()

const first = suite('an import as the first command')
first('killed -9 at every step: all of it or nothing, and again completes it', () => {
  const request = new RunRequest('import', new Site(), command)
  const { before, after, steps } = request
  const seen = new Set<string>()
  // Between them, only hidden files differ.
  for (const { number, name } of request.differentSteps.filter(step => /^(rename|remove|symlink)/.test(step.name))) {
    const site = request.site()
    const { stderr } = site.run(command, { env: atStep({ root: site.root, step: number }) })
    assert.match(stderr, 'killed by SIGKILL', name)
    // Repairs, and changes nothing.
    site.must(['gabarit', 'prune', '--keep', '1000'])
    const found = JSON.stringify(withoutFolders(site.state()))
    const [old, whole] = [before.state, after.state].map(state => JSON.stringify(withoutFolders(state)))
    assert.ok(found === old || found === whole, `step ${number} of ${steps.length}, ${name}: ${found}`)
    if (found === whole) assert.ok(site.exists('/var/lib/gabarit/db/macs.json'), 'an empty database is a part of it')
    seen.add(found)
    site.must(command)
    assert.equal(site.state(), after.state, `again after step ${number}, ${name}`)
    site.remove()
  }
  assert.is(seen.size, 2)
})
first.run()

/** Without what git would not see either. */
function withoutFolders(state: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(state).filter(([, facts]) => !/^4\d{4} /.test(facts)))
}
