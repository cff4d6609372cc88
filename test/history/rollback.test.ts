import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changeServer, newestEntry } from '../support/change-server.ts'
import type { Sandbox } from '../support/sandbox.ts'

const rollback = suite('rollback')

/** Every file and database with content, owner and mode; links with where they lead. */
function stateOf(box: Sandbox): Record<string, string> {
  const state: Record<string, string> = {}
  const look = (folder: string) => {
    for (const name of readdirSync(join(box.root, folder)).sort()) {
      const path = `${folder}/${name}`
      const real = join(box.root, path)
      const { mode, uid, gid } = lstatSync(real)
      const stat = lstatSync(real)
      if (stat.isDirectory()) look(path)
      else if (stat.isSymbolicLink()) state[path] = `link to ${readlinkSync(real)}`
      else state[path] = `${mode.toString(8)} ${uid}:${gid} ${readFileSync(real, 'utf8')}`
    }
  }
  look('/etc')
  for (const name of ['configuration', 'sites']) {
    const file = box.path(`/var/lib/gabarit/db/${name}.json`)
    state[name] = existsSync(file) ? readFileSync(file, 'utf8') : 'missing'
  }
  return state
}

rollback('of three events: databases and files byte for byte, with owner, mode, links and what was removed', () => {
  const box = changeServer()
  box.must('db sites set a.org site status enabled title First')
  box.must('db sites set b.org site status enabled title Second')
  box.must('config setprop note text zero')
  box.must('signal-event change')
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(box.path('/etc/note'), 12, 34)
  box.must('config setprop note text one')
  box.must('signal-event change')
  const { id } = newestEntry(box)
  const before = stateOf(box)

  box.must('config setprop note text two')
  box.must('db sites delete a.org')
  box.must('signal-event change')
  assert.not(box.exists('/etc/sites/a.org.conf'))
  assert.not(box.exists('/etc/sites-enabled/a.org.conf'))
  box.must('db sites setprop b.org status disabled')
  box.must('db sites set c.org site status enabled title Third')
  box.must('signal-event change')
  box.must('db sites setprop c.org title 3')
  box.must('config delete note')
  box.must('config set note record text three')
  box.must('signal-event change --comment last')
  assert.is(newestEntry(box).id, id + 3)

  const plan = box.must(['gabarit', 'rollback', String(id), '--dry-run'])
  for (const part of ['+ sites a.org = "site"', '~ sites b.org status: "disabled" -> "enabled"', '- sites c.org'])
    assert.match(plan, part)
  assert.match(plan, '+++ /etc/sites/a.org.conf')
  assert.equal(newestEntry(box).id, id + 3, 'a dry run is no entry')

  box.must(['gabarit', 'rollback', String(id), '--comment', 'back'])
  assert.equal(stateOf(box), before)
  const entry = newestEntry(box)
  assert.equal([entry.command, entry.args, entry.comment], ['rollback', [String(id)], 'back'])
  // And the way forward again is a rollback too.
  box.must(['gabarit', 'rollback', String(id + 3)])
  assert.is(box.read('/etc/note'), 'text three\n')
  assert.is(box.read('/etc/sites/c.org.conf'), 'site c.org: 3\n')
  assert.not(box.exists('/etc/sites/b.org.conf'))
  box.remove()
})

rollback('without a number: what the last entry did is undone', () => {
  const box = changeServer()
  box.must('signal-event change')
  assert.match(box.run('gabarit rollback').stderr, 'there is nothing to roll back')
  box.must('config setprop note text two')
  box.must('signal-event change')
  box.must('gabarit rollback')
  assert.is(box.read('/etc/note'), 'text one\n')
  assert.is(box.must('config getprop note text'), 'one\n')
  assert.match(box.run('gabarit rollback 99').stderr, 'the history has no entry 99')
  box.remove()
})

rollback('one that the site refuses changes nothing, databases included', () => {
  const box = changeServer()
  box.must('signal-event change')
  box.must('config setprop note text two')
  box.must('signal-event change')
  const before = stateOf(box)
  box.write('/etc/gabarit/checks.d/no', '#!/bin/sh\necho "not today"; exit 1\n', 0o755)
  const { status, stderr } = box.run('gabarit rollback')
  assert.is(status, 3, stderr)
  assert.match(stderr, 'not today')
  rmSync(box.path('/etc/gabarit/checks.d'), { recursive: true })
  assert.equal(stateOf(box), before)
  assert.is(newestEntry(box).outcome, 'refused')
  box.remove()
})

rollback('an edit by hand after the entry does not come back, and the plan says so', () => {
  const box = changeServer()
  box.must('signal-event change')
  const { id } = newestEntry(box)
  box.must('signal-event change --comment between')
  box.write('/etc/note', 'text by hand\n')
  chmodSync(box.path('/etc/vault'), 0o666)
  box.write('/etc/sites/x.org.conf', 'mine\n')
  box.must('db sites set x.org site status enabled title X')
  box.must('config setprop note text two')
  box.must('signal-event change')

  assert.match(box.must(['gabarit', 'diff', String(id)]), '-text one\n+text two')
  const said = box.must(['gabarit', 'rollback', String(id)])
  assert.match(said, `/etc/note: changed by hand before entry ${id + 2}; that does not come back`)
  assert.match(said, '/etc/vault: changed by hand')
  assert.is(box.read('/etc/note'), 'text one\n')
  assert.is(lstatSync(box.path('/etc/vault')).mode & 0o777, 0o600)
  assert.is(box.read('/etc/sites/x.org.conf'), 'mine\n', 'what gabarit did not own then is as it was found')
  assert.not.match(box.must('gabarit status'), 'changed by hand')

  // The edit was what the next event wanted, so no entry has it.
  box.write('/etc/note', 'text three\n')
  box.must('config setprop note text three')
  box.must('signal-event change')
  const same = newestEntry(box).id
  box.must('config setprop note text four')
  box.must('signal-event change')
  assert.not.match(box.must(['gabarit', 'rollback', String(same)]), 'by hand')
  assert.is(box.read('/etc/note'), 'text three\n')

  // The last one that wrote the file is no longer in the history.
  box.must('db sites set y.org site status enabled title Y')
  box.must('expand-template /etc/site')
  const { id: kept } = newestEntry(box)
  box.write('/etc/note', 'text by hand\n')
  box.must('config setprop note text five')
  box.must('signal-event change')
  box.must('gabarit prune --keep 2')
  const plan = box.must(['gabarit', 'rollback', String(kept), '--dry-run'])
  assert.match(plan, '/etc/note: what gabarit wrote is no longer in the history')
  box.remove()
})

rollback('what the next event would make differently is named, with its override', () => {
  const box = changeServer()
  box.must('signal-event change')
  const { id } = newestEntry(box)
  box.must('config setprop note text two')
  box.must('signal-event change')
  assert.not.match(box.must(['gabarit', 'rollback', String(id), '--dry-run']), 'next event')
  const override = '/etc/gabarit/templates-custom/etc/note'
  box.write(override, 'own <%= config.note?.text %>\n')
  box.must('signal-event change')
  const said = box.must(['gabarit', 'rollback', String(id)])
  assert.match(
    said,
    `/etc/note: the next event makes it differently, because its templates or this server have changed`,
  )
  assert.match(said, override)
  assert.is(box.read('/etc/note'), 'text one\n')
  box.must('signal-event change')
  assert.is(box.read('/etc/note'), 'own one\n')
  box.write('/etc/gabarit/events/no name/templates2expand/etc/note', '')
  box.write(override, '<%= broken')
  box.must(['gabarit', 'rollback', String(id)])
  assert.is(box.read('/etc/note'), 'text one\n')
  box.remove()
})

rollback('an override that adopt made goes back with its file; one that a person made or changed stays', () => {
  const box = changeServer()
  const own = '/etc/gabarit/templates-custom/etc/note'
  for (const name of ['10a', '20b']) box.write(`/etc/gabarit/templates/etc/notes/${name}`, `plain ${name}\n`)
  box.write('/etc/gabarit/events/change/templates2expand/etc/notes', '')
  box.must('signal-event change')
  const { id } = newestEntry(box)
  const adopted = '/etc/gabarit/templates-custom/etc/notes/10a'
  const adopt = () => {
    box.write('/etc/notes', box.read('/etc/notes').replace('plain 10a\n', 'plain 10a\nmine\n'))
    box.must('gabarit adopt /etc/notes')
    assert.is(box.read(adopted), 'plain 10a\nmine\n')
  }
  adopt()
  box.write(own, 'text <%= config.note?.text %>\n')
  const said = box.must(['gabarit', 'rollback', String(id)])
  assert.not.match(said, 'next event', 'the next event sees no override of it either')
  assert.not.match(box.read('/etc/notes'), 'mine')
  assert.equal([box.exists(adopted), box.exists(own)], [false, true])
  adopt()
  box.write(adopted, `${box.read(adopted)}more\n`)
  const edited = box.must(['gabarit', 'rollback', String(id)])
  assert.match(edited, `this stays: ${adopted}, because somebody has changed it since\n`)
  assert.match(edited, `/etc/notes: the next event makes it differently`)
  assert.match(box.read(adopted), 'mine\nmore\n')
  assert.not.match(box.read('/etc/notes'), 'mine')
  box.remove()
})

rollback('owner and mode alone are taken back too', () => {
  const box = changeServer()
  box.must('signal-event change')
  const { id } = newestEntry(box)
  box.write('/etc/gabarit/templates/etc/note.template.json', '{"mode": "0604"}')
  box.must('signal-event change')
  assert.is(lstatSync(box.path('/etc/note')).mode & 0o777, 0o604)
  assert.match(box.must(['gabarit', 'show', String(id + 1)]), /attributes \/etc\/note: .* 0640 -> .* 0604/)
  box.must(['gabarit', 'rollback', String(id)])
  assert.is(lstatSync(box.path('/etc/note')).mode & 0o777, 0o640)
  box.remove()
})

rollback('a damaged entry or content is an error that names it, and nothing changes', () => {
  const box = changeServer()
  box.must('signal-event change')
  const { id } = newestEntry(box)
  box.must('config setprop note text two')
  box.must('signal-event change')
  box.must('config setprop note text three')
  box.must('signal-event change')
  const before = stateOf(box)
  const middle = box.path(`/var/lib/gabarit/history/${String(id + 1).padStart(6, '0')}.json`)
  const whole = readFileSync(middle, 'utf8')
  writeFileSync(middle, whole.slice(0, 40))
  const damagedEntry = box.run(['gabarit', 'rollback', String(id)])
  assert.is.not(damagedEntry.status, 0)
  assert.match(damagedEntry.stderr, `${middle}: this entry of the history is damaged`)
  assert.not.match(damagedEntry.stderr, 'bug in gabarit')
  writeFileSync(middle, whole)
  const files = newestEntry(box).files as { path: string; before: { sha256: string } }[]
  const hash = files.find(({ path }) => path === '/etc/note')?.before.sha256 ?? ''
  const object = box.path(`/var/lib/gabarit/objects/${hash.slice(0, 2)}/${hash}`)
  chmodSync(object, 0o600)
  writeFileSync(object, 'something else\n')
  const damagedContent = box.run(['gabarit', 'rollback', String(id + 1)])
  assert.is.not(damagedContent.status, 0)
  assert.match(damagedContent.stderr, `${object}: this part of the history is damaged`)
  rmSync(object)
  assert.match(box.run(['gabarit', 'rollback', String(id + 1)]).stderr, 'this part of the history has been pruned')
  assert.equal(stateOf(box), before)
  box.remove()
})

rollback('a damaged content of the history keeps no event from running', () => {
  const box = changeServer()
  box.must('signal-event change')
  const files = newestEntry(box).files as { path: string; after: { sha256: string } }[]
  const hash = files.find(({ path }) => path === '/etc/note')?.after.sha256 ?? ''
  box.write(`/var/lib/gabarit/objects/${hash.slice(0, 2)}/${hash}`, 'something else\n')
  box.must('config setprop note text two')
  box.must('signal-event change')
  assert.match(readFileSync(box.path('/etc/note'), 'utf8'), 'text two')
  box.remove()
})

rollback.run()
