import { escapeControls } from '../../../base/escape-controls.ts'
import { type CheckResult, failed, ok, warning } from './check.ts'

/** One CAA record (RFC 8659 §4). */
export interface CaaRecord {
  readonly flags: number
  readonly tag: string
  readonly value: string
}

/** The CAA records of a name, or why they could not be read. */
export type CaaAnswer =
  | { readonly records: readonly CaaRecord[] }
  /** `own`: the DNS server that was asked is at fault, so this says nothing about the name */
  | { readonly problem: string; readonly own: boolean }

/** What CAA records are checked against. */
export interface CaaQuestion {
  readonly name: string
  /** Domain names that identify the authority; none: unknown. */
  readonly identities: readonly string[]
  readonly challenge: 'http-01' | 'dns-01'
}

/** Tags that an authority understands. A critical record with any other tag forbids everything. */
const KNOWN = ['issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone']
/** The bit of RFC 8659, and the one that is often used by mistake; Let's Encrypt honours both. */
const CRITICAL = 128 | 1

/**
 * Whether the CAA records of a name, or of its nearest parent domain that has any, allow the authority to issue
 * (RFC 8659 §3: only the first non-empty set on the way up counts; the lookup follows aliases).
 */
export async function checkCaa(
  question: CaaQuestion,
  lookUp: (domain: string) => Promise<CaaAnswer>,
): Promise<CheckResult> {
  const labels = question.name.replace(/^\*\./, '').split('.')
  for (let first = 0; first < labels.length; first++) {
    const domain = labels.slice(first).join('.')
    const answer = await lookUp(domain)
    if ('problem' in answer) return unreadable(domain, answer)
    if (answer.records.length > 0) return judge(question, domain, answer.records)
  }
  return ok('caa', 'any authority may issue')
}

function unreadable(domain: string, { problem, own }: { problem: string; own: boolean }): CheckResult {
  const reason = `the CAA records of ${domain} cannot be read: ${problem}`
  const other = 'Ask another DNS server: config setprop letsencrypt DNSServer 9.9.9.9'
  if (own) return warning('caa', reason, other)
  return failed('caa', reason, `The authority refuses if it gets the same answer. Fix the DNS of ${domain}. ${other}`)
}

function judge(question: CaaQuestion, domain: string, records: readonly CaaRecord[]): CheckResult {
  const { name, identities } = question
  const unknown = records.find(({ flags, tag }) => (flags & CRITICAL) !== 0 && !KNOWN.includes(tag.toLowerCase()))
  if (unknown !== undefined)
    return failed(
      'caa',
      `a CAA record of ${domain} has the critical tag "${escapeControls(unknown.tag)}", which no authority understands`,
      `Remove that record of ${domain} from the DNS.`,
    )
  const tagged = (tag: string) => records.filter(record => record.tag.toLowerCase() === tag)
  const wild = name.startsWith('*.') ? tagged('issuewild') : []
  const tag = wild.length > 0 ? 'issuewild' : 'issue'
  const issuers = tagged(tag).map(({ value }) => parseIssuer(value))
  if (issuers.length === 0) return ok('caa', `any authority may issue (${domain})`)
  const allowed = [...new Set(issuers.map(({ issuer }) => issuer).filter(issuer => issuer !== ''))]
  const only = allowed.length === 0 ? 'nobody' : `only ${allowed.join(', ')}`
  const [own = 'NAME-OF-THE-AUTHORITY'] = identities
  const remedy = `Add to the DNS: ${domain}. CAA 0 ${tag} "${own}"`
  if (allowed.length === 0 || (identities.length > 0 && !allowed.some(issuer => identities.includes(issuer))))
    return failed('caa', `the CAA records of ${domain} allow ${only} to issue`, remedy)
  if (identities.length === 0)
    return warning(
      'caa',
      `the CAA records of ${domain} allow ${only} to issue, but the authority does not say which one it is`,
      'If it is one of them: config setprop letsencrypt CAAIdentities NAME',
    )
  return judgeParameters(question, domain, issuers)
}

/** An issuer may be allowed only for some validation methods and accounts (RFC 8657). */
function judgeParameters(
  { identities, challenge }: CaaQuestion,
  domain: string,
  issuers: readonly ReturnType<typeof parseIssuer>[],
): CheckResult {
  const ours = issuers.filter(({ issuer }) => identities.includes(issuer))
  const fitting = ours.filter(({ methods }) => methods === undefined || methods.includes(challenge))
  const [first] = fitting
  if (first === undefined) {
    const methods = [...new Set(ours.flatMap(issuer => issuer.methods ?? []))].join(', ') || 'no method'
    return failed(
      'caa',
      `the CAA records of ${domain} only allow validation by ${methods}, not by ${challenge}`,
      `Add ${challenge} to validationmethods in the CAA records of ${domain}.`,
    )
  }
  if (fitting.some(({ account }) => account === undefined)) return ok('caa', `${first.issuer} may issue (${domain})`)
  return warning(
    'caa',
    `the CAA records of ${domain} only allow the account ${first.account}`,
    'Make sure that it is the account of this server: see account_id.json or registration_info.json of dehydrated.',
  )
}

/**
 * `letsencrypt.org; validationmethods=http-01,dns-01` (RFC 8659 §4.2), in lower case. The issuer is empty if the record allows
 * nobody, as does a malformed one.
 */
function parseIssuer(value: string) {
  const [domain = '', ...parts] = escapeControls(value)
    .split(';')
    .map(part => part.trim())
  const parameters = new Map(
    parts.map(part => {
      const at = part.indexOf('=')
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const
    }),
  )
  const issuer = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(domain) ? domain.toLowerCase() : ''
  const methods = parameters.get('validationmethods')?.split(',')
  return { issuer, methods: methods?.map(method => method.trim().toLowerCase()), account: parameters.get('accounturi') }
}
