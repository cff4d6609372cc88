// Keeps the code that V8 compiled for the engine during a usual run; what was never called is not in it.
// The build calls it: node scripts/code-cache.cjs COMMAND ARGUMENT…
const { closeSync, fsyncSync, openSync, renameSync, writeFileSync } = require('node:fs')
const { script, cache } = require('../bin/start.cjs')

process.on('exit', status => {
  if (status === 0) save(script.createCachedData())
})

/** On the disk before it has its name: V8 does not survive code of which a part is missing. */
function save(data) {
  const descriptor = openSync(`${cache}.new`, 'w', 0o644)
  writeFileSync(descriptor, data)
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(`${cache}.new`, cache)
}
