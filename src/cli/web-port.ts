import { EXIT, usageFailure } from '../base/failure.ts'
import { serveOwnPort } from '../console/port/serve.ts'
import { readText } from '../system/read-files.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit web port`: the way to the pages without Apache or nginx. It runs as a user that may do nothing else. */
export async function port({ value, io }: Invocation): Promise<number> {
  const [number, files, networks, pages] = [Number(value('port')), value('pem'), value('networks'), value('pages')]
  const isPort = Number.isInteger(number) && number > 0 && number < 65_536
  if (!isPort || networks === undefined || pages === undefined)
    throw usageFailure('gabarit web port --port NUMBER --networks LIST --pages FILE [--pem FILES]')
  // That user may not read the key: systemd gives it a copy; elsewhere, its supervisor opens it.
  const pem = files === undefined ? io.readInput().toString() : files.split(',').map(readText).join('\n')
  await serveOwnPort({ port: number, pem, networks, pages })
  return EXIT.done
}
