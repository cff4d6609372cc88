import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { sha256 } from './sha256.ts'

/** What nobody can guess, in characters that cookies and addresses carry as they are. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** How a token is kept: whoever reads where it is kept cannot use it. */
export function tokenHash(token: string): string {
  return sha256(token)
}

/** What each form of a session carries, so that no other page can make one. */
export function formToken(session: string): string {
  return createHmac('sha256', session).update('form').digest('base64url')
}

/** Whether a form is of this session; never without one. */
export function isFormToken(session: string, given: unknown): boolean {
  const right = Buffer.from(formToken(session))
  const bytes = Buffer.from(typeof given === 'string' ? given : '')
  return session !== '' && bytes.length === right.length && timingSafeEqual(bytes, right)
}
