// "Leaving gabarit" of docs/guide/getting-started.md, as it stands there, on `/` in private namespaces.
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { enterNamespace } from '../support/namespace.ts'
import { ON_ROOT, write } from '../support/real-root.ts'
import { must, PROJECT } from '../support/sandbox.ts'
import { testIf } from '../support/skip.ts'
import { textOf } from './markdown.ts'

const reason = enterNamespace('gate')
const leaving = suite('leaving gabarit')
const env = { ...ON_ROOT, LC_ALL: 'C' }

/** Every file and link of /etc with its content. */
const files = () => must(['sh', '-c', 'cd /etc && find . -type f -exec sha256sum {} + -o -type l -print | sort'])

/** The commands of the document, for an administrator whose home is in memory: before the script is read, and the script. */
function commandsOf(): [before: string, script: string] {
  const [, section = ''] = textOf('docs/guide/getting-started.md').split('## Leaving gabarit\n')
  const commands = section.split(/^## /m)[0]?.match(/^ {4}.*$/gm) ?? []
  assert.ok(commands.length > 8, `${commands.length} lines`)
  const here = commands.join('\n').replaceAll('/root/', '/run/root/')
  const [before = '', after = ''] = here.split(/^ {4}sh /m)
  return [before, after.split('\n')[0]?.trim() ?? '']
}

function install(): void {
  must(['gabarit', 'setup', '--domain', 'example.org', '--name', 'server'], { env })
}

function leave(): void {
  const [before, script] = commandsOf()
  must(['sh', '-ec', before], { env })
  must(['sh', '-e', script], { env })
}

/** As `apt purge` does it; units stay with the files. */
const purge = () => must(['sh', join(PROJECT, 'packaging/debian/gabarit.postrm'), 'purge'], { env })

testIf(leaving, reason, 'all files are as they were before gabarit, and those that were not there are gone', () => {
  mkdirSync('/run/root')
  write('/etc/hosts', '127.0.0.1 localhost\n# written by hand\n')
  write('/etc/dehydrated/hook.sh', '#!/bin/sh\n# written by hand\n', 0o755)
  const former = files()
  install()
  must(['config', 'setprop', 'sshd', 'MaxAuthTries', '3'], { env })
  writeFileSync('/etc/hosts', `${readFileSync('/etc/hosts', 'utf8')}# written by hand later\n`)
  must(['signal-event', 'console-save'], { env })
  assert.is.not(files(), former)
  leave()
  assert.is(files(), former)
})

testIf(leaving, reason, 'after purge and reinstallation, too: what was there before that is given back', () => {
  purge()
  assert.not.match(must(['ls', '/var/lib/gabarit']), 'manifest')
  writeFileSync('/etc/hosts', '127.0.0.1 localhost\n# written between two installations\n')
  const former = files()
  install()
  // A time whose fraction looks like a year is no part of the name.
  const copies = '/var/lib/gabarit/replaced'
  for (const name of readdirSync(copies)) renameSync(join(copies, name), join(copies, name.replace(/\.\d+Z$/, '.250Z')))
  // The files stay gabarit's: what was there before is still what was there before.
  purge()
  install()
  assert.is.not(files(), former)
  leave()
  assert.is(files(), former)
})

leaving.run()
