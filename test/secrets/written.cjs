// Loaded into a command before it starts (`preloading`): notes everything that it writes into files, in a file of its own.
// GABARIT_TEST_WRITTEN names that file. One line of JSON for each write: the path, and the bytes in base64.
const fs = require('node:fs')

const notes = process.env.GABARIT_TEST_WRITTEN
const { appendFileSync, closeSync, openSync } = fs
const opened = new Map()
let within = false

function note(file, data) {
  const path = typeof file === 'number' ? opened.get(file) : String(file)
  if (within || path === undefined || path === notes) return
  within = true
  appendFileSync(notes, `${JSON.stringify({ path, data: Buffer.from(data).toString('base64') })}\n`)
  within = false
}

fs.openSync = (path, ...rest) => {
  const descriptor = openSync(path, ...rest)
  opened.set(descriptor, String(path))
  return descriptor
}
fs.closeSync = descriptor => {
  opened.delete(descriptor)
  return closeSync(descriptor)
}
for (const name of ['writeFileSync', 'appendFileSync', 'writeSync']) {
  const original = fs[name]
  fs[name] = (file, data, ...rest) => {
    note(file, data)
    const outer = within
    within = true
    try {
      return original(file, data, ...rest)
    } finally {
      within = outer
    }
  }
}
