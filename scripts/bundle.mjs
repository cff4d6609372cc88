// The bundles of the two programs: `db` answers in little more than Node's own start, so it must not carry the engine.
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'

/**
 * The public suffix list is a third of the engine: files called NAME.apart.ts become bundles of their own, which only the
 * commands that need them read. So does acorn, which only mistakes need.
 * @param within one that does not, because these programs need it
 * @param rarely another file that does, because these programs hardly ever need it
 */
const apart = (within, rarely = '') => ({
  name: 'apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\.ts$|^acorn$/ }, ({ kind, path }) =>
      kind === 'entry-point' || bundleName(path) === within || !isApart(path, rarely)
        ? undefined
        : { path: `./${bundleName(path)}.cjs`, external: true },
    ),
})

const isApart = (path, rarely) => path.endsWith('.apart.ts') || path === 'acorn' || bundleName(path) === rarely

const bundleName = path => basename(path).replace(/(\.apart)?\.ts$/, '')

/** Node's modules are loaded when something of them is used: a command uses few, and some load many others. */
const onDemand = {
  name: 'on-demand',
  setup: ({ onLoad, onResolve }) => {
    const [namespace, always] = ['on-demand', ['node:fs', 'node:path', 'node:buffer', 'node:events']]
    onResolve({ filter: /^node:/ }, ({ path, namespace: from }) =>
      from === namespace || always.includes(path) ? { path, external: true } : { path, namespace },
    )
    onLoad({ filter: /^/, namespace }, ({ path }) => ({
      contents: `module.exports = Object.create(new Proxy({}, { get: (_, name) => require('${path}')[name] }))`,
    }))
    // yargs-parser takes this function when it is loaded, and calls it for an error only.
    onResolve({ filter: /^util$/ }, ({ path, importer }) =>
      importer.includes('/yargs-parser/') ? { path, namespace: 'format' } : undefined,
    )
    onLoad({ filter: /^/, namespace: 'format' }, () => ({
      contents: "exports.format = (...words) => require('node:util').format(...words)",
    }))
  },
}

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

/** Each becomes a bundle: the name of the bundle, and the file that it begins with. */
const PROGRAMS = {
  acorn: 'node_modules/acorn/dist/acorn.js',
  db: 'src/cli/db.ts',
  gabarit: 'src/cli/gabarit.ts',
  ...Object.fromEntries(filesApart.map(name => [bundleName(name), join('src', name)])),
}

/**
 * Bundles the programs and what is kept apart. @returns path and contents of each
 * @param outdir the folder of the paths
 * @param options.ownFile the JavaScript expression for the place of the running program
 * @param options.programs other ones, by their names
 * @param options.within what is kept apart elsewhere, but belongs into these
 * @param options.rarely what is not kept apart elsewhere, but one of these programs
 */
export async function bundle(outdir, { ownFile = '__filename', programs = PROGRAMS, within, rarely } = {}) {
  const { outputFiles } = await build({
    entryPoints: programs,
    plugins: [apart(within, rarely), modules, onDemand],
    // A dynamic import becomes a lazy require(): Node's loader of ES modules would cost more than what it loads.
    supported: { 'dynamic-import': false },
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    // yargs-parser asks for the place of its own file, which a CommonJS bundle does not know by that name.
    define: { 'import.meta.url': 'bundleFile', __filename: 'bundleFile' },
    banner: { js: `const bundleFile=${ownFile};` },
    logLevel: 'warning',
    write: false,
  })
  return outputFiles
}
