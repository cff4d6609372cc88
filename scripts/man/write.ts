// `npm run man`: writes the manual pages to dist/man.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { manualPages } from './pages.ts'

const project = join(import.meta.dirname, '../..')
const folder = join(project, 'dist/man')

rmSync(folder, { recursive: true, force: true })
for (const [path, text] of manualPages(project, process.env.SOURCE_DATE_EPOCH)) {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}
