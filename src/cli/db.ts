import { basename } from 'node:path'
import { packageFolder } from '../system/places.ts'
import { run } from './db/run.ts'

// The commands `db` and `config`: one bundle, told apart by the name they are called by.
const program = basename(process.argv[1] ?? '') === 'config' ? 'config' : 'db'
process.exitCode = run(program, process.argv.slice(2), packageFolder(__filename))
