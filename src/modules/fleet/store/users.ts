import { EtcdError } from './gateway.ts'
import { endOf } from './prefix.ts'
import type { Session } from './session.ts'

/** What a role may do with a key, or with all that begin with a prefix. */
export interface Permission {
  readonly may: 'READ' | 'WRITE' | 'READWRITE'
  /** A prefix if it ends with a slash. */
  readonly key: string
}

const EXISTS = /already exists/
const IS_MISSING = /not found/

/** Asks, and takes it for done if it is. */
async function once(session: Session, path: string, body: object, done: RegExp): Promise<void> {
  try {
    await session.ask(path, body)
  } catch (error) {
    if (!(error instanceof EtcdError && done.test(error.message))) throw error
  }
}

/** Makes a user with a role of the same name, or gives them this password and these permissions. Can be repeated. */
export async function makeUser(
  session: Session,
  name: string,
  password: string,
  permissions: readonly Permission[],
): Promise<void> {
  await makeRole(session, name, permissions)
  await once(session, '/auth/user/add', { name, password }, EXISTS)
  await session.ask('/auth/user/changepw', { name, password })
  await session.ask('/auth/user/grant', { user: name, role: name })
}

/** Makes a role, or adds these permissions. */
export async function makeRole(session: Session, name: string, permissions: readonly Permission[]): Promise<void> {
  await once(session, '/auth/role/add', { name }, EXISTS)
  for (const { may, key } of permissions) await session.ask('/auth/role/grant', { name, perm: rangeOf(may, key) })
}

/** Removes a user and its role, if they are there: what it has logged in with counts no more. */
export async function removeUser(session: Session, name: string): Promise<void> {
  await once(session, '/auth/user/delete', { name }, IS_MISSING)
  await once(session, '/auth/role/delete', { role: name }, IS_MISSING)
}

function rangeOf(permType: string, key: string): object {
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  return { permType, key: base64(key), ...(key.endsWith('/') && { range_end: base64(endOf(key)) }) }
}
