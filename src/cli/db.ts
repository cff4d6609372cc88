import { processIo } from '../system/io.ts'
import { packageFolder } from '../system/places.ts'
import { main } from './db/main.ts'

const status = main(process.argv.slice(1), processIo(packageFolder(__filename)))
if (typeof status === 'number') process.exitCode = status
else
  status.then(late => {
    process.exitCode = late
  })
