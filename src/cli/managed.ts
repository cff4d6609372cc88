import { readManifest } from '../plan/manifest.ts'
import { EXIT } from '../system/failure.ts'
import { RealSystem } from '../system/real-system.ts'
import type { Invocation } from './command.ts'

/** `gabarit managed` */
export async function run({ flag, places, print }: Invocation): Promise<number> {
  const manifest = readManifest(places, new RealSystem(places.root))
  const rows = [...manifest].map(([path, { template, link }]) => ({
    path,
    template: `/${template}`,
    link: link ?? null,
  }))
  if (flag('json')) print(JSON.stringify(rows, null, 2))
  else if (rows.length === 0) print('gabarit has written no file yet')
  else
    for (const { path, template, link } of rows)
      print(`${path}${template === path ? '' : `  (template ${template})`}${link === null ? '' : `  (link ${link})`}`)
  return EXIT.done
}
