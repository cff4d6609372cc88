// `npm run reference`: writes the generated pages of docs/reference/ anew. A test fails when they are out of date.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { PROPERTIES, referencePages } from './pages.ts'

rmSync(PROPERTIES, { recursive: true, force: true })
mkdirSync(PROPERTIES, { recursive: true })
for (const [path, text] of referencePages()) writeFileSync(path, text)
