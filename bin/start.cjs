require('./built.cjs')
const { readFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

// Runs the engine with the compiled code that the build left beside it (`scripts/code-cache.cjs`): compiling takes
// longer than most commands do. Without that code, or when another version of Node made it, the engine is compiled as
// usual; V8 itself looks at the version, and at the length of the source.

const dist = join(dirname(__dirname), 'dist')
const file = join(dist, 'gabarit.cjs')
const source = readFileSync(file, 'utf8')

// Two sources may have one length, so the name holds the fingerprint that the bundle begins with.
const fingerprint = /^\/\*([0-9a-f]+)\*\//.exec(source)?.[1] ?? 'unknown'
const cache = join(dist, `gabarit-${fingerprint}-${process.version}-${process.arch}.cache`)

function readIfThere(path) {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

const script = new Script(`(function(exports,require,module,__filename,__dirname){${source}\n})`, {
  filename: file,
  cachedData: readIfThere(cache),
})
const bundle = { exports: {} }
script.runInThisContext()(bundle.exports, createRequire(file), bundle, file, dist)

module.exports = { script, cache }
