import { readFileSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

const PROJECT = join(import.meta.dirname, '../..')

/** A source finds what lies beside it there, not beside the bundle. */
const places: Plugin = {
  name: 'places',
  setup: ({ onLoad }) =>
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8')
        .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)))
        .replaceAll('import.meta.filename', JSON.stringify(path))
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
    })),
}

/**
 * Bundles test files once: otherwise each of them would compile half of the sources again.
 * @param names relative to the project
 * @param folder an empty one
 * @returns the script of a test file
 */
export async function bundleTests(names: readonly string[], folder: string): Promise<(name: string) => string> {
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'))
  await build({
    absWorkingDir: PROJECT,
    entryPoints: [...names],
    outdir: folder,
    outbase: PROJECT,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: true,
    // A library that is only loaded when needed is required, which modules cannot by themselves.
    banner: {
      js: "import * as nodeModule from 'node:module';const require = nodeModule.createRequire(import.meta.url);",
    },
    logLevel: 'warning',
    plugins: [places],
  })
  return name => join(folder, name.replace(/\.ts$/, '.mjs'))
}
