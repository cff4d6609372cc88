// Makes the executable of one kind of processor: node packaging/executable.mjs [x64|arm64] [FOLDER]
// Default: the processor of this machine, in packaging/out. It has links with the names of the other programs beside it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { arch } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { bundle } from '../scripts/bundle.mjs'

/** The packages with Bun's program. `baseline` needs no AVX2, which old servers do not have. */
const BUN = { x64: 'bun-linux-x64-baseline', arm64: 'bun-linux-aarch64' }

const bunOf = processor => resolve('packaging/node_modules/@oven', BUN[processor], 'bin/bun')
const [processor = arch(), folder = 'packaging/out'] = process.argv.slice(2)

process.chdir(join(import.meta.dirname, '..'))
if (BUN[processor] === undefined) throw new Error(`${processor} is not one of ${Object.keys(BUN).join(', ')}`)
rmSync(join(folder, 'bundles'), { recursive: true, force: true })
mkdirSync(join(folder, 'bundles'), { recursive: true })
// Not __filename: an executable is where it is installed, not where its bundles were made.
const ownFile = 'process.execPath'
/** A backup that must first roll back what was not confirmed in time is rare, and half of its program would be for that. */
const rarely = 'roll-back-unconfirmed'
const backup = {
  programs: { 'backup-only': 'src/cli/backup.ts', [rarely]: `src/transaction/${rarely}.ts` },
  within: 'backup',
  rarely,
}
for (const options of [{}, backup])
  for (const { path, contents } of await bundle(join(folder, 'bundles'), { ownFile, ...options }))
    writeFileSync(join(folder, 'bundles', basename(path)), contents)
writeFileSync(
  join(folder, 'bundles/main.cjs'),
  `// Which of the programs it is, is said by the word that it was called by.
process.argv[1] = process.argv0
const name = process.argv0.slice(process.argv0.lastIndexOf('/') + 1)
const { BUN_JSC_useFTLJIT: set, ...env } = process.env
// The last stage of compiling takes a third of an event with thousands of outputs, and gains nothing. Only the environment
// can switch it off, so such an event starts once more; what it runs does not hear of it.
if (name === 'signal-event' && set === undefined && hasMany())
  process.execve(process.execPath, [process.argv0, ...process.argv.slice(2)], { ...env, BUN_JSC_useFTLJIT: '0' })
delete process.env.BUN_JSC_useFTLJIT
if (name === 'db' || name === 'config') require('./db.cjs')
// A restore may run any event.
else if (name === 'gabarit' && process.argv[2] === 'backup' && !process.argv.includes('restore')) require('./backup-only.cjs')
else require('./gabarit.cjs')

function hasMany() {
  const list = (env.GABARIT_ROOT || '') + '/var/lib/gabarit/made.json'
  try {
    return require('node:fs').statSync(list).size > 500_000
  } catch {
    return false
  }
}
`,
)
compile()
rmSync(join(folder, 'bundles'), { recursive: true })
const { bin } = JSON.parse(readFileSync('package.json', 'utf8'))
for (const name of Object.keys(bin).filter(other => other !== 'gabarit')) {
  rmSync(join(folder, name), { force: true })
  symlinkSync('gabarit', join(folder, name))
}

/** What is in the current folder of whoever calls it (.env, bunfig.toml) must not reach a program that runs as root. */
function compile() {
  const { status } = spawnSync(
    bunOf(arch()),
    [
      ...['build', '--compile', '--bytecode', '--format=cjs', '--target=bun', '--minify-syntax', '--minify-whitespace'],
      ...['--no-compile-autoload-dotenv', '--no-compile-autoload-bunfig'],
      // Most commands end before code that was compiled for speed pays off.
      '--compile-jit-policy=10',
      ...[`--compile-executable-path=${bunOf(processor)}`, '--outfile=gabarit', 'bundles/main.cjs'],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  )
  if (status !== 0) throw new Error('Bun could not compile it')
}
