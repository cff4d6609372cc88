import { EXIT } from '../base/failure.ts'
import { readManifest } from '../state/manifest.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit managed` */
export async function run({ flag, places, print }: Invocation): Promise<number> {
  const manifest = readManifest(places)
  const rows = [...manifest].map(([path, { template, link }]) => ({
    path,
    template: `/${template}`,
    link: link ?? null,
  }))
  if (flag('json')) print(JSON.stringify(rows, null, 2))
  else if (rows.length === 0) print('gabarit has not written any file yet')
  else
    for (const { path, template, link } of rows)
      print(`${path}${template === path ? '' : `  (template ${template})`}${link === null ? '' : `  (link ${link})`}`)
  return EXIT.done
}
