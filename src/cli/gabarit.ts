import { stoppingSignal } from '../system/interruption.ts'
import { packageFolder } from '../system/places.ts'
import { processIo } from '../system/process-io.ts'
import { main } from './main.ts'

main(process.argv.slice(1), processIo(packageFolder(__filename))).then(status => {
  process.exitCode = status
  const signal = stoppingSignal()
  if (signal !== undefined) process.kill(process.pid, signal)
})
