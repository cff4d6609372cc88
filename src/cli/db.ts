import { packageFolder } from '../system/places.ts'
import { processIo } from '../system/process-io.ts'
import { main } from './db/main.ts'

process.exitCode = main(process.argv.slice(1), processIo(packageFolder(__filename)))
