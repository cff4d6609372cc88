// Bundles the two programs: `db` answers in little more than Node's own start, so it must not carry the engine.
import { build } from 'esbuild'

/** yargs is as big as the engine: it stays in a file of its own, which only `--help` reads. */
const helpApart = {
  name: 'help-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/help\.ts$/ }, ({ kind }) =>
      kind === 'dynamic-import' ? { path: './help.cjs', external: true } : undefined,
    ),
}

await build({
  entryPoints: { db: 'src/cli/db.ts', gabarit: 'src/cli/gabarit.ts', help: 'src/cli/help.ts' },
  plugins: [helpApart],
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
