// What becomes of the container that nginx ran in before. No engine of Docker runs here: a program that answers as docker(1)
// does notes what it is asked for. On `/`, in a private namespace.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { must, PROJECT, words } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'

const containers = suite('the container of nginx')
const reason = enterNamespace('container')

testIf(containers, reason, 'one that it does not run in any more is stopped, the present one is not', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gabarit-docker-'))
  const [docker, running, asked] = ['docker', 'running', 'asked'].map(name => join(folder, name))
  const answers = `case $1 in ps) cat ${running} ;; stop) echo "$@" >>${asked} ;; esac`
  writeFileSync(docker ?? '', `#!/bin/sh\n[ -f ${running} ] || { echo "no engine" >&2; exit 1; }\n${answers}\n`)
  chmodSync(docker ?? '', 0o755)
  const options = { env: { GABARIT_ROOT: '', PATH: `${PROJECT}/bin:${folder}:${process.env.PATH}` } }
  const action = () => must([join(PROJECT, 'events/actions/nginx-container'), 'nginx-update'], options)
  const stopped = (names: string) => {
    writeFileSync(running ?? '', names)
    writeFileSync(asked ?? '', '')
    action()
    return readFileSync(asked ?? '', 'utf8')
  }
  assert.is(action(), '', 'without an engine there is nothing to do')
  must(words('config set nginx service status enabled Container front'), options)
  assert.is(stopped(''), '')
  assert.is(stopped('front\n'), '')
  assert.is(stopped('proxy\nfront\n'), 'stop -- proxy\n')
  must(words('config delprop nginx Container'), options)
  assert.is(stopped('front\n'), 'stop -- front\n')
  rmSync(folder, { recursive: true })
})

containers.run()
