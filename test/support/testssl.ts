import { execFile } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** One line of what testssl.sh found. */
export interface Finding {
  readonly id: string
  /** OK, INFO, LOW, MEDIUM, HIGH, CRITICAL, WARN, FATAL. */
  readonly severity: string
  readonly finding: string
}

/** What the grade depends on: protocols, suites, forward secrecy, certificate, headers, known attacks. */
const ALL = ['--protocols', '--std', '--fs', '--server-defaults', '--headers', '--vulnerable']

/** Below the limit of a scenario. It takes half a minute on a machine that has nothing else to do. */
const LIMIT_MS = 380_000

/**
 * Has testssl.sh look at a server on this machine.
 * @param trust file of the authority that counts as known
 */
export async function testTLS(name: string, port: number, trust: string, folder: string, looks = ALL) {
  const json = join(folder, `testssl-${port}.json`)
  rmSync(json, { force: true })
  const quiet = ['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '--ip', '127.0.0.1', '--fast']
  const options = [...quiet, '--add-ca', trust, '--jsonfile', json, ...looks, `${name}:${port}`]
  // Its exit status counts what it found.
  await promisify(execFile)('testssl', options, { timeout: LIMIT_MS }).catch(() => undefined)
  const findings: Finding[] = JSON.parse(readFileSync(json, 'utf8'))
  return findings
}

/**
 * The grade: that of testssl.sh where it gives one (3.2 and later). Debian 12 has 3.0, so else by the rules of the rating
 * guide that grades A and A+ come from (SSL Labs, SSL Server Rating Guide 2009q): each of these must have been looked at.
 */
export function gradeOf(findings: readonly Finding[]): string {
  const of = (id: string) => findings.find(found => found.id === id || found.id.startsWith(`${id} `))
  const given = of('overall_grade')
  if (given !== undefined) return given.finding
  const lacking = Object.entries(FOR_AN_A)
    .filter(([id, wanted]) => !wanted.test(of(id)?.finding ?? 'not looked at'))
    .map(([id]) => `${id}: ${of(id)?.finding ?? 'not looked at'}`)
  if (lacking.length > 0) return `less than A: ${lacking.join('; ')}`
  return of('HSTS_time')?.severity === 'OK' ? 'A+' : 'A'
}

const FOR_AN_A: Readonly<Record<string, RegExp>> = {
  SSLv2: /^not offered/,
  SSLv3: /^not offered/,
  TLS1: /^not offered/,
  TLS1_1: /^not offered/,
  TLS1_2: /^offered/,
  TLS1_3: /^offered/,
  cipherlist_NULL: /^not offered/,
  cipherlist_aNULL: /^not offered/,
  cipherlist_EXPORT: /^not offered/,
  cipherlist_LOW: /^not offered/,
  cipherlist_3DES_IDEA: /^not offered/,
  cert_chain_of_trust: /^passed/,
  cert_keySize: /^(EC 256|RSA (2048|3072|4096))/,
  cert_signatureAlgorithm: /SHA(256|384|512)/,
  heartbleed: /^not vulnerable/,
  CCS: /^not vulnerable/,
  ROBOT: /^not vulnerable/,
  secure_renego: /^(supported|OK)/,
  CRIME_TLS: /^not vulnerable/,
  POODLE_SSL: /^not vulnerable/,
  DROWN: /^not vulnerable/,
  LOGJAM: /^not vulnerable/,
  FREAK: /^not vulnerable/,
}
