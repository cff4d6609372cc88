// Bundles the two programs: `db` answers in little more than Node's own start, so it must not carry the engine.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'

/**
 * The public suffix list is a third of the engine: files called NAME.apart.ts become bundles of their own, which only the
 * commands that need them read.
 */
const apart = {
  name: 'apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\.apart\.ts$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: `./${bundleName(path)}.cjs`, external: true },
    ),
}

const bundleName = path => basename(path).replace('.apart.ts', '')
const filesApart = readdirSync('src', { recursive: true }).filter(name => name.endsWith('.apart.ts'))

/** The table of modules: whichever are there now. From the sources, src/cli/modules.ts looks for them itself. */
const modules = {
  name: 'modules',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\/src\/cli\/modules\.ts$/ }, () => {
      const names = readdirSync('src/modules').sort()
      const imports = names.map((name, index) => `import { MODULE as m${index} } from '../modules/${name}/module.ts'\n`)
      const table = `export const MODULES = [${names.map((_, index) => `m${index}`)}]`
      return { contents: imports.join('') + table, loader: 'ts' }
    }),
}

const { outputFiles } = await build({
  entryPoints: {
    db: 'src/cli/db.ts',
    gabarit: 'src/cli/gabarit.ts',
    ...Object.fromEntries(filesApart.map(name => [bundleName(name), join('src', name)])),
  },
  plugins: [apart, modules],
  // A dynamic import becomes a lazy require(): Node's loader of ES modules would cost more than what it loads.
  supported: { 'dynamic-import': false },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  // yargs-parser asks for the place of its own file, which a CommonJS bundle does not know by that name.
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: 'const bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
  logLevel: 'warning',
  write: false,
})

mkdirSync('dist', { recursive: true })
for (const name of readdirSync('dist')) if (name.includes('.cache')) rmSync(join('dist', name))
for (const { path, contents } of outputFiles) {
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
