// Whatever is in the place of a piece of state: no stack, no bare error of the system, and doctor names it with a way out.
import { cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Sandbox } from '../support/sandbox.ts'
import { shopSite } from '../support/shop.ts'

const state = suite('damaged state')
const STATE = '/var/lib/gabarit'

const AS_OTHER: Readonly<Record<string, (path: string) => void>> = {
  'a binary file': path => writeFileSync(path, Buffer.from([0, 255, 27, 254, 10])),
  'a link to itself': path => symlinkSync(basename(path), path),
  'a link to nothing': path => symlinkSync('nowhere', path),
}
const HARMS: Readonly<Record<string, (path: string) => void>> = {
  ...AS_OTHER,
  'an empty file': path => writeFileSync(path, ''),
  'a part of a file': path => writeFileSync(path, '{"a": "geheim'),
  'a folder': path => mkdirSync(path),
  null: path => writeFileSync(path, 'null'),
  'a number': path => writeFileSync(path, '5'),
}

const FILES = [
  'manifest.json',
  'pins.json',
  'overrides.json',
  'journal.json',
  'confirmation.json',
  'confirmation-last.json',
  'database-changes.json',
  'unfinished-000003.json',
  'pending.json',
  'masked-files.json',
  'masking-key',
  'event.lock',
  'history/000001.json',
  'history/000002.json',
  'db/configuration.json',
]
const FOLDERS = ['history', 'objects', 'written', 'replaced', 'overrides', 'db', '.']

/** Two events have run, a third has something to do. */
function site(): Sandbox {
  const box = shopSite()
  for (const port of [80, 81]) {
    box.must(`config set shop service port ${port} word geheimnis`)
    box.must('signal-event shop-update')
  }
  box.must('config setprop shop port 82')
  return box
}

const first = site()
state.after(() => first.remove())

function harmed(piece: string, harm: (path: string) => void): Sandbox {
  const box = new Sandbox()
  cpSync(first.root, box.root, { recursive: true, verbatimSymlinks: true })
  const path = box.path(`${STATE}/${piece}`)
  rmSync(path, { recursive: true, force: true })
  harm(path)
  return box
}

/** Runs commands that may be refused, but in words. */
function runAll(box: Sandbox, piece: string, ...commands: readonly string[]): void {
  for (const command of commands) {
    const { status, stdout, stderr } = box.run(command)
    const said = stdout + stderr
    assert.not.match(said, /bug in gabarit|^\s+at .*:\d+:\d+\)?$|\bE[A-Z]{4,}\b|geheim/m, command)
    assert.not.match(said, '\u001b')
    // Without databases or a history there is something else to say.
    if (status === 0 || ['.', 'db', 'history'].includes(piece)) continue
    assert.match(said, `/${piece}`, command)
  }
}

for (const piece of [...FILES, ...FOLDERS])
  state(`${piece}: every command says it in words, and doctor names it`, () => {
    for (const [what, harm] of Object.entries(FILES.includes(piece) ? HARMS : AS_OTHER)) {
      const box = harmed(piece, harm)
      const isKey = piece === 'masking-key'
      const { status, stdout } = box.run('gabarit doctor --json')
      const findings: { level: string; message: string; command: string | null }[] = JSON.parse(stdout)
      const path = box.path(piece === '.' ? STATE : `${STATE}/${piece}`)
      const named = findings.filter(({ level, message }) => level !== 'ok' && message.startsWith(path))
      assert.ok(named.length > 0, `${what}: ${stdout}`)
      for (const { message, command } of named) assert.ok(command ?? /\n|next event/.exec(message), message)
      assert.is(status, named.some(({ level }) => level === 'error') ? 1 : 0)
      runAll(box, piece, 'signal-event shop-update')
      if (what === 'a link to itself') runAll(box, piece, 'gabarit status', 'config setprop shop port 83')
      if (isKey || ['history', 'objects', 'written'].includes(piece)) assert.match(box.read('/etc/shop'), 'port 82')
      box.remove()
    }
  })

state.run()
