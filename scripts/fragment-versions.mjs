// Adds the present version of every shipped fragment to templates/.versions.sha256, the list by which gabarit tells what
// a copy made by hand was made from. Old versions stay in the list for ever. Run it whenever a fragment has changed.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', 'templates')
const list = join(folder, '.versions.sha256')

const known = readFileSync(list, 'utf8')
  .split('\n')
  .filter(line => line !== '')
const present = readdirSync(folder, { recursive: true })
  .filter(path => !path.startsWith('.') && statSync(join(folder, path)).isFile())
  .map(
    path =>
      `${createHash('sha256')
        .update(readFileSync(join(folder, path)))
        .digest('hex')}  ${path}`,
  )
const added = present.filter(line => !known.includes(line))

// Sorted by path, the versions of one in the order they came: changes made side by side merge without conflict.
const pathOf = line => line.slice(66)
const order = (a, b) => Buffer.compare(Buffer.from(pathOf(a)), Buffer.from(pathOf(b)))
const lines = [...known, ...added].sort(order)
writeFileSync(list, `${lines.join('\n')}\n`)
process.stdout.write(added.length === 0 ? 'every fragment is in the list\n' : `${added.map(pathOf).join('\n')}\n`)
