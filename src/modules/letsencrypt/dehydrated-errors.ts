import { escapeControls } from '../../base/escape-controls.ts'

/** What a failed run of dehydrated comes to. */
export interface RunFailure {
  /** In words, one line. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
  /** The names that the authority could not validate, as far as dehydrated told. */
  readonly failedNames: readonly string[]
  /** The authority refused a used-up nonce: the same request may succeed at once (RFC 8555 §6.5). */
  readonly badNonce: boolean
}

const ERROR_TYPE = /urn:ietf:params:acme:error:(\w+)/g

/** Kinds of errors of the authority (RFC 8555 §6.7) and what helps. */
const HINTS: Readonly<Record<string, string>> = {
  accountDoesNotExist:
    'The authority does not know this account any more: move its folder below accounts away, and run again.',
  caa: 'A CAA record of the DNS forbids this authority. Change the record: gabarit letsencrypt check',
  connection: 'The authority could not reach this name on port 80: gabarit letsencrypt check',
  dns: 'The DNS does not answer rightly for this name: gabarit letsencrypt check',
  invalidContact: 'The authority does not take this address: config setprop letsencrypt email ADDRESS',
  rateLimited: 'Wait until the time that the authority names. It does not help to ask again before.',
  rejectedIdentifier: 'The authority gives no certificate for this name. Leave it out: letsencryptSSLcert disabled',
  unauthorized: 'Another server answers under this name, or not with our file: gabarit letsencrypt check',
}

/** Exit statuses of curl (curl(1)) that say why the authority could not be reached. */
const CURL: Readonly<Record<string, string>> = {
  6: 'its name is not in the DNS',
  7: 'it does not answer: the connection was refused',
  28: 'it did not answer in time',
  35: 'the TLS handshake failed',
  52: 'it sent an empty answer',
  56: 'the connection broke off',
  60: 'its certificate is not trusted (property CABundle of letsencrypt)',
}

/**
 * Reads what dehydrated printed before it failed. dehydrated 0.7.0 names the wrong name in its hook, but its output tells
 * which challenge it was at.
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
    // An authority quotes what it got from the web server under the name, which may be anybody's.
    message: `${who}${escapeControls(said)}${type === undefined ? '' : ` (${type})`}`,
    hint: known ?? 'gabarit letsencrypt check looks at every name.',
    failedNames,
    badNonce,
  }
}

const CURL_HINT = 'Nothing has changed. Run the same command again later; the renewal tries again by itself.'

function lastChallenge(output: string): string[] {
  const last = [...output.matchAll(/Responding to challenge for (\S+) authorization/g)].at(-1)?.[1]
  return last === undefined ? [] : [last.toLowerCase()]
}

/** Errors of an order name what they are about (RFC 8555 §6.7.1). */
function namedByAuthority(output: string): string[] {
  const found = [...output.matchAll(/"value":\s*"([A-Za-z0-9.*-]+)"/g)].map(([, name = '']) => name.toLowerCase())
  return /"subproblems"/.test(output) ? [...new Set(found)] : []
}

/** The last explanation: as the authority sent it, or as dehydrated took it apart. */
function detailOf(output: string): string | undefined {
  const found = [...output.matchAll(/(?:"detail":|"detail"\])\s*"((?:[^"\\]|\\.)*)"/g)].at(-1)?.[1]
  if (found === undefined) return undefined
  try {
    return JSON.parse(`"${found}"`)
  } catch {
    return found
  }
}

/** What our hook said of the command that publishes answers (fragment 40Challenge of hook.sh), with that command's last words. */
function hookError(output: string): string | undefined {
  const lines = output.split('\n')
  const at = lines.findLastIndex(line => /^\S+: \w+: the command challengeHook of letsencrypt failed/.test(line))
  const words = lines[at]?.replace(/^\S+: \w+: /, '')
  const before = lines[at - 1]?.trim() ?? ''
  // dehydrated's own lines begin with a plus.
  return words === undefined || before === '' || before.startsWith('+') ? words : `${words}: ${before}`
}

function lastError(output: string): string | undefined {
  const line = output.split('\n').findLast(text => /^\s*(\+ )?ERROR: ./.test(text))
  return line?.replace(/^\s*(\+ )?ERROR: /, '').trim()
}
