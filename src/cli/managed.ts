import { readManifest } from '../state/manifest.ts'
import type { Invocation } from '../terminal/command.ts'

/** `gabarit managed` */
export async function run({ places, answer }: Invocation): Promise<number> {
  const rows = [...readManifest(places)].map(([path, { template, link }]) => ({
    path,
    template: `/${template}`,
    link: link ?? null,
  }))
  const lines = rows.map(
    ({ path, template, link }) =>
      `${path}${template === path ? '' : `  (template ${template})`}${link === null ? '' : `  (link ${link})`}`,
  )
  return answer(rows, lines.join('\n') || 'gabarit has not written any file yet')
}
