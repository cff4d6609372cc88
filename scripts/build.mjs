// Bundles the two programs: `db` answers in little more than Node's own start, so it must not carry the engine.
import { build } from 'esbuild'

await build({
  entryPoints: { db: 'src/cli/db.ts', gabarit: 'src/cli/gabarit.ts' },
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
