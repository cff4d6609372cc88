import { type CertificateFiles, compareFiles } from '../base/certificate.ts'
import { defined } from '../base/defined.ts'
import { Failure, orFailure } from '../base/failure.ts'

/** What names the files of a certificate in the configuration of Apache, nginx and OpenVPN. */
const NAMED = {
  crt: naming('SSLCertificateFile', 'ssl_certificate', 'cert'),
  key: naming('SSLCertificateKeyFile', 'ssl_certificate_key', 'key'),
  chain: naming('SSLCertificateChainFile'),
}

function naming(...directives: string[]): RegExp {
  return new RegExp(`^[ \\t]*(?:${directives.join('|')})[ \\t]+"?(/[^";\\r\\n]*[^";\\s])"?;?[ \\t]*\\r?$`, 'gim')
}

/** Whether a configuration of Apache says who tells the passwords of its keys. */
export function tellsPasswords(text: string): boolean {
  return /^[ \t]*SSLPassPhraseDialog[ \t]+"?(exec:|\|)/im.test(text)
}

/**
 * Compares the certificates that configuration files name with their keys and chains. Daemons load a foreign chain, and Apache
 * ends when it reloads a certificate with the key of another one.
 * @param paths of the configuration files
 * @param read the content of a file; undefined if it does not exist, which the daemon's own checker says
 * @returns what is wrong, each with its file
 */
export function certificateProblems(paths: readonly string[], read: (path: string) => Buffer | undefined): string[] {
  const texts = paths.map(path => read(path)?.toString('utf8') ?? '')
  const asks = texts.some(tellsPasswords)
  const named = new Map(texts.flatMap(text => certificatesIn(text, asks)).map(files => [JSON.stringify(files), files]))
  const present = [...named.values()].filter(({ crt, key = crt, chain = crt }) =>
    [crt, key, chain].every(path => read(path) !== undefined),
  )
  const problems = present.flatMap(files => {
    const failure = orFailure(() => compareFiles(files, read))
    return failure instanceof Failure ? [failure.describe()] : []
  })
  return [...new Set(problems)]
}

/** Block by block. Several certificates of one site, for several kinds of keys, have their keys in the same order. */
function certificatesIn(text: string, asks: boolean): CertificateFiles[] {
  return text.split(/^[ \t]*<.*$|[{}]/m).flatMap(block => {
    const [crts, keys, chains] = [NAMED.crt, NAMED.key, NAMED.chain].map(pattern =>
      [...block.matchAll(pattern)].map(([, path = '']) => path),
    )
    const strict = !asks && /^[ \t]*SSLCertificateFile[ \t]/im.test(block)
    return (crts ?? []).map((crt, index) => ({
      ...defined({ crt, key: keys?.[index], chain: chains?.[index] }),
      strict,
    }))
  })
}
