import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BIN, must, Sandbox } from '../support/sandbox.ts'

const folder = suite('the folder that a command is called in')

folder('says nothing to it: not even files that runtimes of JavaScript read', () => {
  const box = new Sandbox()
  try {
    box.write('/called-in/.env', `GABARIT_ROOT=${box.path('/elsewhere')}\nDBPATH=${box.path('/elsewhere')}\n`)
    box.write('/called-in/evil.cjs', `require('fs').writeFileSync(${JSON.stringify(box.path('/ran'))}, '')\n`)
    box.write('/called-in/bunfig.toml', 'preload = ["./evil.cjs"]\n')
    box.write('/called-in/package.json', '{"type": "module", "exports": "./evil.cjs"}\n')
    const env = { ...process.env, GABARIT_ROOT: box.root }
    must([`${BIN}/config`, 'set', 'word', 'here'], { cwd: box.path('/called-in'), env })
    must([`${BIN}/gabarit`, 'history'], { cwd: box.path('/called-in'), env })
    assert.is(box.must('config get word'), 'here\n')
    assert.not(box.exists('/elsewhere'))
    assert.not(box.exists('/ran'))
  } finally {
    box.remove()
  }
})

folder.run()
