import { shell } from '../../base/quote.ts'
import { nameOfSecret } from '../../state/secrets/survey.ts'
import type { Places } from '../../system/places.ts'
import { secretsFolder } from '../../system/secrets/machine-key.ts'
import { type Check, type CheckedServer, type Diagnosis, ok, orOk } from '../../terminal/module.ts'
import { identityFile, secretsStatus } from '../secrets/status.ts'

/** Whether all secrets are stored as the administrator wants it, and can be opened. */
export const SECRETS_CHECK: Check = { id: 'secrets', run: secrets }

function secrets({ places }: CheckedServer): readonly Diagnosis[] {
  const { wanted, unfinished, others, unreadable } = secretsStatus(places)
  if (wanted === 'plain' && others.length === 0 && !unfinished) return ok('databases store secrets in clear')
  const command = wanted === 'plain' ? 'gabarit secrets decrypt' : 'gabarit secrets encrypt'
  const problems = new Set(unreadable.map(({ problem }) => problem?.describe() ?? ''))
  return orOk(
    [
      ...openToOthers(places),
      ...[...problems].map((message): Diagnosis => ({ level: 'error', message })),
      ...(unfinished ? [warning('storing secrets in another way was interrupted', command)] : []),
      ...others.map(one => warning(`${nameOfSecret(one)} is still ${stillStored(one.stored)}`, command)),
    ],
    'databases store secrets encrypted, and all can be opened',
  )
}

function stillStored(stored: 'encrypted' | 'plain'): string {
  return stored === 'plain' ? 'stored in clear' : 'encrypted'
}

function warning(message: string, command: string): Diagnosis {
  return { level: 'warning', message, command }
}

/** Only root may read the identity. */
function openToOthers(places: Places): Diagnosis[] {
  const paths = [secretsFolder(places).path(''), identityFile(places)]
  return paths.flatMap((path): Diagnosis[] => {
    const { mode = 0 } = places.files.state(path) ?? {}
    if ((mode & 0o077) === 0) return []
    return [{ level: 'error', message: `others can get at ${path}`, command: `chmod go-rwx ${shell(path)}` }]
  })
}
