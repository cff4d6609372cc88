import { stoppingSignal } from '../system/interruption.ts'
import { processIo } from '../system/io.ts'
import { packageFolder } from '../system/programs.ts'
import { main } from './main.ts'

main(process.argv.slice(1), processIo(packageFolder(__filename))).then(status => {
  process.exitCode = status
  const signal = stoppingSignal()
  if (signal === undefined) return
  // The runtime of the executable goes on to take a signal that has ended code: only a listener that goes makes it stop.
  process.on(signal, () => undefined).removeAllListeners(signal)
  process.kill(process.pid, signal)
})
