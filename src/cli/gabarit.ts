import { stoppingSignal } from '../system/interruption.ts'
import { processIo } from '../system/io.ts'
import { packageFolder } from '../system/places.ts'
import { main } from './main.ts'

main(process.argv.slice(1), processIo(packageFolder(__filename))).then(status => {
  process.exitCode = status
  const signal = stoppingSignal()
  if (signal !== undefined) process.kill(process.pid, signal)
})
