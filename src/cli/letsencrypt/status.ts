import { readSettings } from '../../letsencrypt/settings.ts'
import { wantedCertificates } from '../../letsencrypt/wanted.ts'
import { EXIT } from '../../system/failure.ts'
import type { Invocation } from '../command.ts'

/** `gabarit letsencrypt status` */
export async function run({ places, print, printError }: Invocation): Promise<number> {
  const settings = readSettings(places)
  const wanted = wantedCertificates(places, message => printError(`warning: ${message}`))
  print(JSON.stringify({ status: settings.status, wanted }, null, 2))
  return EXIT.done
}
