import { escapeControls } from '../../base/escape-controls.ts'
import { orUndefined } from '../../base/failure.ts'

/** The explanation of a failed run of dehydrated. */
export interface RunFailure {
  /** In words, one line. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
  /** The names that the authority could not validate, as far as dehydrated says. */
  readonly failedNames: readonly string[]
  /** Whether the authority refused an old nonce: the same request may succeed at once (RFC 8555 §6.5). */
  readonly badNonce: boolean
}

const ERROR_TYPE = /urn:ietf:params:acme:error:(\w+)/g

/** Error types of the authority (RFC 8555 §6.7) and what to do. */
const HINTS: Readonly<Record<string, string>> = {
  accountDoesNotExist:
    'The authority no longer knows this account: move its folder below accounts away, and run this again.',
  caa: 'A CAA record in the DNS forbids this authority. Change the record: gabarit letsencrypt check',
  connection: 'The authority could not reach this name on port 80: gabarit letsencrypt check',
  dns: 'The DNS does not answer correctly for this name: gabarit letsencrypt check',
  invalidContact: 'The authority does not accept this address: config setprop letsencrypt email ADDRESS',
  rateLimited: 'Wait until the time that the authority names. Trying earlier does not help.',
  rejectedIdentifier:
    'The authority does not issue certificates for this name. Exclude it: letsencryptSSLcert disabled',
  unauthorized: 'Another server answers for this name, or ours answers with something else: gabarit letsencrypt check',
}

/** Exit statuses of curl (curl(1)) that explain why the authority could not be reached. */
const CURL: Readonly<Record<string, string>> = {
  6: 'its name is not in the DNS',
  7: 'the connection was refused',
  28: 'it did not answer in time',
  35: 'the TLS handshake failed',
  52: 'it sent an empty answer',
  56: 'the connection was interrupted',
  60: 'its certificate is not trusted (property CABundle of letsencrypt)',
}

/**
 * Interprets the output of a failed dehydrated. dehydrated 0.7.0 passes the wrong name to its hook, but its output shows the
 * current challenge.
 */
export function explainRun(output: string): RunFailure {
  const types = [...output.matchAll(ERROR_TYPE)].map(([, type = '']) => type)
  const badNonce = types.includes('badNonce')
  const type = types.find(name => name !== 'badNonce') ?? types[0]
  const curl = /Problem connecting to server \(\w+ for (\S+); curl returned with (\d+)\)/.exec(output)
  const invalid = /Challenge is invalid|Challenge validation has failed/.test(output)
  const failedNames = invalid ? lastChallenge(output) : namedByAuthority(output)
  if (curl !== null) {
    const [, url = '', status = ''] = curl
    const reason = CURL[status] ?? `curl ended with ${status}`
    return { message: `the authority cannot be reached (${url}): ${reason}`, hint: CURL_HINT, failedNames, badNonce }
  }
  const detail = detailOf(output)
  const who = failedNames.length === 0 ? '' : `${failedNames.join(', ')}: `
  const known = type === undefined ? undefined : HINTS[type]
  const said = detail ?? hookError(output) ?? lastError(output) ?? 'dehydrated failed and did not say why'
  return {
    // An authority quotes the answer of the web server, which may be anybody's.
    message: `${who}${escapeControls(said)}${type === undefined ? '' : ` (${type})`}`,
    hint: known ?? 'To check every name: gabarit letsencrypt check',
    failedNames,
    badNonce,
  }
}

const CURL_HINT = 'Nothing has changed. Repeat the command later; the renewal tries again automatically.'

function lastChallenge(output: string): string[] {
  const last = [...output.matchAll(/Responding to challenge for (\S+) authorization/g)].at(-1)?.[1]
  return last === undefined ? [] : [last.toLowerCase()]
}

/** Errors of an order contain the names they are about (RFC 8555 §6.7.1). */
function namedByAuthority(output: string): string[] {
  const found = [...output.matchAll(/"value":\s*"([A-Za-z0-9.*-]+)"/g)].map(([, name = '']) => name.toLowerCase())
  return /"subproblems"/.test(output) ? [...new Set(found)] : []
}

/** The last explanation: as the authority sent it, or as dehydrated printed it. */
function detailOf(output: string): string | undefined {
  const found = [...output.matchAll(/(?:"detail":|"detail"\])\s*"((?:[^"\\]|\\.)*)"/g)].at(-1)?.[1]
  return found && (orUndefined(() => JSON.parse(`"${found}"`)) ?? found)
}

/** The error of our hook about the command challengeHook (fragment 40Challenge of hook.sh), with that command's last line. */
function hookError(output: string): string | undefined {
  const lines = output.split('\n')
  const at = lines.findLastIndex(line => /^\S+: \w+: the command challengeHook of letsencrypt failed/.test(line))
  const words = lines[at]?.replace(/^\S+: \w+: /, '')
  const before = lines[at - 1]?.trim() ?? ''
  // dehydrated's own lines start with a plus.
  return words === undefined || before === '' || before.startsWith('+') ? words : `${words}: ${before}`
}

function lastError(output: string): string | undefined {
  const line = output.split('\n').findLast(text => /^\s*(\+ )?ERROR: ./.test(text))
  return line?.replace(/^\s*(\+ )?ERROR: /, '').trim()
}
