// `npm run tours`: writes what the commands of the tours print now into the documents. Read the difference before you commit it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from '../support/sandbox.ts'
import { textOf } from './markdown.ts'
import { TOURS, typeTour } from './tour.ts'

for (const name of TOURS) {
  const steps = typeTour(name)
  const text = textOf(name).replace(/^```console\n(.*?)^```$/gms, (_, block: string) => {
    const lines = block.split('\n').filter(line => line.startsWith('$ '))
    const played = lines.map(() => steps.next().value).filter(step => step !== undefined)
    const shown = played.map(({ command, printed }) => `$ ${command.replaceAll('\n', '\n> ')}\n${printed}`)
    return `\`\`\`console\n${shown.join('')}\`\`\``
  })
  steps.next()
  writeFileSync(join(PROJECT, name), text)
}
