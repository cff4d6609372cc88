import { processIo } from '../system/io.ts'
import { packageFolder } from '../system/programs.ts'
import { main } from './db/main.ts'

process.exitCode = main(process.argv.slice(1), processIo(packageFolder(__filename)))
