// Bundles the programs into dist/, and keeps the compiled code of the engine beside them.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { bundle } from './bundle.mjs'

mkdirSync('dist', { recursive: true })
for (const name of readdirSync('dist')) if (name.includes('.cache')) rmSync(join('dist', name))
for (const { path, contents } of await bundle('dist')) {
  const fingerprint = createHash('sha256').update(contents).digest('hex').slice(0, 16)
  writeFileSync(path, Buffer.concat([Buffer.from(`/*${fingerprint}*/`), contents]))
}
keepCompiledCode()

/** Signals an event in a folder of its own: most of what it runs, the other commands run too. */
function keepCompiledCode() {
  const root = mkdtempSync(join(tmpdir(), 'gabarit-build-'))
  const site = { 'events/usual/templates2expand/etc/usual': '', 'templates/etc/usual': '<%= config.SystemName %>\n' }
  for (const [path, text] of Object.entries(site)) {
    const file = join(root, 'etc/gabarit', path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  try {
    run(root, 'bin/gabarit', 'initialize-default-databases')
    run(root, 'scripts/code-cache.cjs', 'signal-event', 'usual')
  } finally {
    rmSync(root, { recursive: true })
  }
}

function run(root, ...args) {
  const env = { PATH: process.env.PATH, GABARIT_ROOT: root, GABARIT_SERVICE_MANAGER: 'none' }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${args.join(' ')} failed: ${stdout}${stderr}`)
}
