import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, messageOf } from '../../../base/failure.ts'
import { isObject } from '../../../base/is-object.ts'
import { EtcdError } from '../store/gateway.ts'
import type { Session } from '../store/session.ts'

/** A member of the store, as etcd knows it. */
export interface StoreMember {
  readonly id: string
  /** `https://192.168.1.5:2380`, by which the others reach it. */
  readonly peer: string
  /** It has no vote yet: it may be missing, and the store goes on. */
  readonly learns: boolean
}

/** All members of the store. */
export async function storeMembers(root: Session): Promise<readonly StoreMember[]> {
  const { members } = await root.ask('/cluster/member/list', {})
  return Array.isArray(members) ? members.map(memberOf) : []
}

function memberOf(found: unknown): StoreMember {
  const { ID, peerURLs, isLearner } = isObject(found) ? found : {}
  const [peer] = Array.isArray(peerURLs) ? peerURLs : []
  return { id: String(ID), peer: String(peer ?? ''), learns: isLearner === true }
}

/** Puts in a member without a vote, so that nothing depends on it before it runs. @returns all members */
export async function addLearner(root: Session, peer: string, patience: number): Promise<readonly StoreMember[]> {
  if (!(await storeMembers(root)).some(member => member.peer === peer))
    await whenReady(patience, () => root.ask('/cluster/member/add', { peerURLs: [peer], isLearner: true }))
  return storeMembers(root)
}

/** Gives a member its vote, as soon as it has everything that the others have. @param patience seconds until then */
export async function promote(root: Session, peer: string, patience: number): Promise<void> {
  await whenReady(patience, async () => {
    const member = (await storeMembers(root)).find(one => one.peer === peer)
    if (member?.learns === true) await root.ask('/cluster/member/promote', { ID: member.id })
  })
}

/** Takes a member out: its etcd ends by itself. */
export async function removeMember(root: Session, peer: string, patience: number): Promise<void> {
  await whenReady(patience, async () => {
    const member = (await storeMembers(root)).find(one => one.peer === peer)
    if (member !== undefined) await root.ask('/cluster/member/remove', { ID: member.id })
  })
}

/** Tells the others that a member is reached elsewhere now. */
export async function moveMember(root: Session, id: string, peer: string): Promise<void> {
  await root.ask('/cluster/member/update', { ID: id, peerURLs: [peer] })
}

/** The member that answers. @param root at this one only */
export async function memberThere(root: Session): Promise<StoreMember | undefined> {
  const { header } = await root.ask('/maintenance/status', {})
  const id = isObject(header) ? String(header.member_id) : ''
  return (await storeMembers(root)).find(member => member.id === id)
}

/** What etcd says as long as its members have not found each other, or a new one has not caught up. */
const NOT_YET = /unhealthy cluster|in sync with leader|too many learner|leader changed|no leader/

/** Milliseconds between two tries. */
const PAUSE = 500

/** What etcd refuses is not a fault of this program. */
function inWords(error: unknown): unknown {
  if (!(error instanceof EtcdError)) return error
  return new Failure(`etcd refuses it: ${error.message}`, {
    hint: 'Do its members reach each other? gabarit fleet store says who answers. Then repeat this command.',
    cause: error,
  })
}

async function whenReady(patience: number, work: () => Promise<unknown>): Promise<void> {
  const end = performance.now() + patience * 1000
  for (;;) {
    try {
      await work()
      return
    } catch (error) {
      if (!NOT_YET.test(messageOf(error)) || performance.now() > end) throw inWords(error)
      await sleep(PAUSE)
    }
  }
}
