const { existsSync } = require('node:fs')
const { dirname, join } = require('node:path')

// A checkout needs one more step before its first command.
const checkout = dirname(__dirname)
if (!existsSync(join(checkout, 'dist/gabarit.cjs'))) {
  console.error(`gabarit is not built yet: cd ${checkout} && npm ci && npm run build`)
  process.exit(1)
}
