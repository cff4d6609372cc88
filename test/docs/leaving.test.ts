// "Leaving gabarit" of docs/guide/getting-started.md, as it stands there, on `/` in private namespaces.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { ON_ROOT, write } from '../support/real-root.ts'
import { must } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { textOf } from './markdown.ts'

const reason = enterNamespace('gate')
const leaving = suite('leaving gabarit')
const env = { ...ON_ROOT, LC_ALL: 'C' }

/** Every file and link of /etc with its content. */
const files = () => must(['sh', '-c', 'cd /etc && find . -type f -exec sha256sum {} + -o -type l -print | sort'])

testIf(leaving, reason, 'all files are as they were before gabarit, and those that were not there are gone', () => {
  const [, section = ''] = textOf('docs/guide/getting-started.md').split('## Leaving gabarit\n')
  const commands = section.split(/^## /m)[0]?.match(/^ {4}.*$/gm) ?? []
  assert.ok(commands.length > 8, `${commands.length} lines`)
  const here = commands.join('\n').replaceAll('/root/', '/run/root/')
  const [before = '', after = ''] = here.split(/^ {4}sh /m)
  mkdirSync('/run/root')
  write('/etc/hosts', '127.0.0.1 localhost\n# written by hand\n')
  write('/etc/dehydrated/hook.sh', '#!/bin/sh\n# written by hand\n', 0o755)
  const former = files()
  must(['gabarit', 'setup', '--domain', 'example.org', '--name', 'server'], { env })
  must(['config', 'setprop', 'sshd', 'MaxAuthTries', '3'], { env })
  writeFileSync('/etc/hosts', `${readFileSync('/etc/hosts', 'utf8')}# written by hand later\n`)
  must(['signal-event', 'console-save'], { env })
  assert.is.not(files(), former)
  must(['sh', '-ec', before], { env })
  must(['sh', '-e', after.split('\n')[0]?.trim() ?? ''], { env })
  assert.is(files(), former)
})

leaving.run()
