import { stoppingSignal } from '../system/interruption.ts'
import { type Io, processIo } from '../system/io.ts'
import { packageFolder } from '../system/programs.ts'

/**
 * Runs a program to its end: it leaves its exit status, or ends by the signal that stopped it.
 * @param file of the program
 */
export async function runProgram(file: string, run: (io: Io) => Promise<number>): Promise<void> {
  process.exitCode = await run(processIo(packageFolder(file)))
  const signal = stoppingSignal()
  if (signal === undefined) return
  // The runtime of the executable goes on to take a signal that has ended code: only a listener that goes makes it stop.
  process.on(signal, () => undefined).removeAllListeners(signal)
  process.kill(process.pid, signal)
}
