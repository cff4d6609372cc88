import { columns } from '../../base/columns.ts'
import { refusal } from '../../base/failure.ts'
import type { Invocation } from '../../terminal/command.ts'
import { needController } from './member.ts'
import { checkName, memberChange, readMember, readMembers } from './members.ts'
import { listReports } from './rollout/reports.ts'
import { memberKey } from './store/keys.ts'
import { withStore } from './store/open.ts'

/** `gabarit fleet hosts` */
export async function hosts({ places, answer }: Invocation): Promise<number> {
  const { fleet } = needController(places)
  return withStore(places, async store => {
    const members = await readMembers(store, places)
    const reports = await listReports(store, members, fleet)
    const rows = [...members].map(([name, { groups, controller, joined }]) => {
      const status = reports.get(name)?.status
      return { name, groups, controller, joined, state: status?.state ?? null, health: status?.health ?? null }
    })
    const lines = rows.map(({ name, groups, controller, joined, state }) => [
      name,
      groups.join(',') || '-',
      controller ? 'controller' : 'host',
      `since ${joined.slice(0, 10)}`,
      state ?? '-',
    ])
    return answer(rows, columns(lines).join('\n'))
  })
}

/** `gabarit fleet groups HOST [GROUP...]` */
export async function groups({ args, places, flag, print }: Invocation): Promise<number> {
  needController(places)
  const [host = '', ...names] = args
  const wanted = [...new Set(names.map(name => checkName(name, 'group')))]
  return withStore(places, async store => {
    const { revision, ...member } = await readMember(store, places, checkName(host, 'host'))
    if (wanted.length === 0 && !flag('none')) {
      print(member.groups.join('\n'))
      return 0
    }
    const change = memberChange(places, host, { ...member, groups: flag('none') ? [] : wanted })
    if (!(await store.commit([{ key: memberKey(host), revision }], [change])))
      throw refusal(`another controller has just changed ${host}`, { hint: 'Repeat this command.' })
    print(`${host}: ${wanted.join(',') || 'no groups'}. This counts from the next release on: gabarit fleet publish`)
    return 0
  })
}
