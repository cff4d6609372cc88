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
  /** `own`: it is the fault of the DNS server that was asked, which says nothing about the name */
  | { readonly problem: string; readonly own: boolean }

/** What CAA records are compared with. */
export interface CaaQuestion {
  readonly name: string
  /** Domain names that stand for the authority; none: not known. */
  readonly identities: readonly string[]
  readonly challenge: 'http-01' | 'dns-01'
}

/** Tags that an authority understands; a record of any other that is marked critical forbids everything. */
const KNOWN = ['issue', 'issuewild', 'iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone']
/** The bit of RFC 8659, and the one that many take for it; Let's Encrypt minds both. */
const CRITICAL = 128 | 1

/**
 * Whether the CAA records of a name, or of the nearest domain above it that has any, let the authority issue
 * (RFC 8659 §3: the first non-empty set on the way up counts alone; aliases are followed by whoever looks up).
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
  return failed(
    'caa',
    reason,
    `The authority refuses when it gets the same answer. Mend the DNS of ${domain}. ${other}`,
  )
}

function judge(question: CaaQuestion, domain: string, records: readonly CaaRecord[]): CheckResult {
  const { name, identities } = question
  const unknown = records.find(({ flags, tag }) => (flags & CRITICAL) !== 0 && !KNOWN.includes(tag.toLowerCase()))
  if (unknown !== undefined)
    return failed(
      'caa',
      `a CAA record of ${domain} has the critical tag "${escapeControls(unknown.tag)}", which no authority knows`,
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
    return failed('caa', `the CAA records of ${domain} let ${only} issue`, remedy)
  if (identities.length === 0)
    return warning(
      'caa',
      `the CAA records of ${domain} let ${only} issue, and the authority does not say which one it is`,
      'If it is one of them: config setprop letsencrypt CAAIdentities NAME',
    )
  return judgeParameters(question, domain, issuers)
}

/** An issuer may be allowed for some ways of validation and accounts only (RFC 8657). */
function judgeParameters(
  { identities, challenge }: CaaQuestion,
  domain: string,
  issuers: readonly Issuer[],
): CheckResult {
  const ours = issuers.filter(({ issuer }) => identities.includes(issuer))
  const fitting = ours.filter(({ methods }) => methods === undefined || methods.includes(challenge))
  const [first] = fitting
  if (first === undefined) {
    const methods = [...new Set(ours.flatMap(issuer => issuer.methods ?? []))].join(', ') || 'no method'
    return failed(
      'caa',
      `the CAA records of ${domain} allow validation by ${methods} only, not by ${challenge}`,
      `Add ${challenge} to validationmethods in the CAA records of ${domain}.`,
    )
  }
  if (fitting.some(({ account }) => account === undefined)) return ok('caa', `${first.issuer} may issue (${domain})`)
  return warning(
    'caa',
    `the CAA records of ${domain} allow the account ${first.account} only`,
    'See that it is the account of this server: it is in account_id.json or registration_info.json of dehydrated.',
  )
}

interface Issuer {
  /** Lower case; empty when the record allows nobody. */
  readonly issuer: string
  readonly methods: readonly string[] | undefined
  readonly account: string | undefined
}

/** `letsencrypt.org; validationmethods=http-01,dns-01` (RFC 8659 §4.2). A malformed value allows nobody. */
function parseIssuer(value: string): Issuer {
  const [domain = '', ...parts] = escapeControls(value)
    .split(';')
    .map(part => part.trim())
  const parameters = new Map(
    parts
      .filter(part => part !== '')
      .map(part => {
        const at = part.indexOf('=')
        return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const
      }),
  )
  const issuer = /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(domain) ? domain.toLowerCase() : ''
  const methods = parameters.get('validationmethods')?.split(',')
  return { issuer, methods: methods?.map(method => method.trim().toLowerCase()), account: parameters.get('accounturi') }
}
