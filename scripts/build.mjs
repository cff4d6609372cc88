// Bundles the two programs: `db` answers in little more than Node's own start, so it must not carry the engine.
import { basename } from 'node:path'
import { build } from 'esbuild'

/**
 * yargs is as big as the engine, and the public suffix list a third of it: they stay in files of their own, which only
 * `--help` and the checks of certificates read.
 */
const apart = {
  name: 'apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/(help|public-suffix)\.ts$/ }, ({ kind, path }) =>
      kind === 'entry-point' ? undefined : { path: `./${basename(path, '.ts')}.cjs`, external: true },
    ),
}

await build({
  entryPoints: {
    db: 'src/cli/db.ts',
    gabarit: 'src/cli/gabarit.ts',
    help: 'src/cli/help.ts',
    'public-suffix': 'src/letsencrypt/ledger/public-suffix.ts',
  },
  plugins: [apart],
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
  // yargs asks for the place of its own file, which a CommonJS bundle does not know by that name.
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: 'const bundleUrl=require("node:url").pathToFileURL(__filename).href;' },
  logLevel: 'warning',
})
