import { escapeControls } from '../../base/escape-controls.ts'
import { orUndefined } from '../../base/failure.ts'
import { shell } from '../../base/quote.ts'

/** The explanation of a failed run of dehydrated. */
export interface RunFailure {
  /** In words, one line. */
  readonly message: string
  /** What to do about it. */
  readonly hint: string
  /** The names that the authority could not validate, as far as dehydrated says. */
  readonly failedNames: readonly string[]
  /** Whether trying again is useless before a person has done something. */
  readonly stuck: boolean
  /** Whether the authority has issued the certificate, and counts it. */
  readonly issued: boolean
  /** Whether the authority refused an old nonce: the same request may succeed at once (RFC 8555 §6.5). */
  readonly badNonce: boolean
}

const ERROR_TYPE = /urn:ietf:params:acme:error:(\w+)/g

/** Error types of the authority (RFC 8555 §6.7) and what to do. */
const HINTS: Readonly<Record<string, string>> = {
  accountDoesNotExist:
    'The authority no longer knows this account. For a new one: mv ACCOUNT ACCOUNT.old; gabarit letsencrypt renew --force',
  caa: 'A CAA record in the DNS forbids this authority. Change the record: gabarit letsencrypt check',
  connection: 'The authority could not reach this name on port 80: gabarit letsencrypt check',
  dns: 'The DNS does not answer correctly for this name: gabarit letsencrypt check',
  invalidContact: 'The authority does not accept this address: config setprop letsencrypt email ADDRESS',
  rateLimited: 'Wait until the time that the authority names. Trying earlier does not help.',
  rejectedIdentifier:
    'The authority does not issue certificates for this name. Exclude it: letsencryptSSLcert disabled',
  unauthorized: 'Another server answers for this name, or ours answers with something else: gabarit letsencrypt check',
}

/** What a later try cannot get over by itself. */
const STUCK = new Set(['accountDoesNotExist', 'invalidContact', 'unsupportedContact', 'rejectedIdentifier'])

/** dehydrated 0.7.0 asks an empty address for another chain, if the authority offers only one. */
const ONE_CHAIN = /Problem connecting to server \(\w+ for ; curl returned with 3\)/
/** What dehydrated prints once it has the certificate. */
const ISSUED = new RegExp(
  `^ \\+ (Checking certificate|Using preferred chain)|Alternative chain with CN = .* not found|${ONE_CHAIN.source}`,
  'm',
)

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
 * @param account folder of the account's key
 */
export function explainRun(output: string, account: string): RunFailure {
  const types = [...output.matchAll(ERROR_TYPE)].map(([, type = '']) => type)
  const badNonce = types.includes('badNonce')
  const issued = ISSUED.test(output)
  const type = types.find(name => name !== 'badNonce') ?? types[0]
  const curl = /Problem connecting to server \(\w+ for (\S+); curl returned with (\d+)\)/.exec(output)
  const invalid = /Challenge is invalid|Challenge validation has failed/.test(output)
  const failedNames = invalid ? lastChallenge(output) : namedByAuthority(output)
  if (curl !== null) {
    const [, url = '', status = ''] = curl
    const reason = CURL[status] ?? `curl ended with ${status}`
    const message = `the authority cannot be reached (${url}): ${reason}`
    return { message, hint: CURL_HINT, stuck: false, issued, failedNames, badNonce }
  }
  const detail = detailOf(output)
  const who = failedNames.length === 0 ? '' : `${failedNames.join(', ')}: `
  const hint = type !== undefined && Object.hasOwn(HINTS, type) ? HINTS[type] : undefined
  const known = hint?.replaceAll('ACCOUNT', () => shell(account))
  const oneChain = ONE_CHAIN.test(output)
    ? 'the authority offers one chain only, not that of PREFERRED_CHAIN'
    : undefined
  const said = oneChain ?? detail ?? hookError(output) ?? lastError(output) ?? 'dehydrated failed and did not say why'
  return {
    // An authority quotes the answer of the web server, which may be anybody's.
    message: `${who}${escapeControls(said)}${type === undefined ? '' : ` (${type})`}`,
    hint: known ?? (issued ? ISSUED_HINT : 'To check every name: gabarit letsencrypt check'),
    stuck: issued || STUCK.has(type ?? ''),
    issued,
    failedNames,
    badNonce,
  }
}

const ISSUED_HINT =
  'The authority has issued it, and counts it, but dehydrated does not take it. Correct the configuration of dehydrated first: expand-template --diff /etc/dehydrated/config'
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
