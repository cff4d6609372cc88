// `npm run reference`: writes the generated pages of docs/reference/. A test fails if they are out of date.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROPERTIES, referencePages } from './pages.ts'

const project = join(import.meta.dirname, '../..')

rmSync(join(project, PROPERTIES), { recursive: true, force: true })
mkdirSync(join(project, PROPERTIES), { recursive: true })
for (const [path, text] of referencePages(project)) writeFileSync(join(project, path), text)
