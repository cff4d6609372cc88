// Draws in docs/ARCHITECTURE.md which folder of src/ imports which. A test fails if the picture is out of date.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withPicture } from './picture.ts'

const { file, now } = withPicture(join(import.meta.dirname, '..', '..'))
writeFileSync(file, now)
