// The commands that the adapter for Docker makes. No engine runs here: none was asked.
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ServiceAction } from '../../src/system/service/actions.ts'
import { docker, withContainers } from '../../src/system/service/docker.ts'
import type { Unit } from '../../src/system/service/manager.ts'
import { systemd } from '../../src/system/service/systemd.ts'
import { collectAdjustments } from '../../src/transaction/adjust.ts'

const containers = suite('the service adapter docker')
const PLAIN: Unit = { name: 'cache', reloadSignal: 'HUP' }
const NGINX: Unit = {
  ...{ name: 'nginx', reloadSignal: 'HUP', container: 'proxy', composeFile: '/srv/proxy/compose.yaml' },
  reloadCommand: ['nginx', '-s', 'reload'],
}

/** The commands that an action runs, but the question whether the container is up, which is answered. */
async function asked(unit: Unit, action: ServiceAction, up: boolean, manager = docker) {
  const commands: string[] = []
  const run = (command: readonly string[]) => {
    const looks = command[1] === 'inspect'
    if (!looks) commands.push(command.join(' '))
    const output = looks ? `${up}\n` : ''
    return Promise.resolve({ status: 0, output, stdout: output, problem: undefined, missing: false })
  }
  const { problem } = await manager.adjust(run, unit, action)
  return problem === undefined ? commands : problem
}

containers('reloads by the command of the record, inside', async () => {
  for (const action of ['reload', 'reload-or-restart', 'reload-or-try-restart'] as const)
    assert.equal(await asked(NGINX, action, true), ['docker exec proxy nginx -s reload'])
  assert.equal(await asked(PLAIN, 'reload', true), ['docker kill --signal=HUP cache'])
})

containers('starts and makes anew by the Compose file, where there is one', async () => {
  const up = 'docker compose -f /srv/proxy/compose.yaml up --detach'
  assert.equal(await asked(NGINX, 'start', false), [up])
  assert.equal(await asked(NGINX, 'start', true), [up], 'a new image takes effect')
  assert.equal(await asked(NGINX, 'reload-or-restart', false), [up])
  assert.equal(await asked(NGINX, 'restart', false), [up])
  assert.equal(await asked(NGINX, 'restart', true), [`${up} --force-recreate`])
  assert.equal(await asked(PLAIN, 'start', false), ['docker start cache'])
  assert.equal(await asked(PLAIN, 'start', true), [])
  assert.equal(await asked(PLAIN, 'restart', true), ['docker restart cache'])
})

containers('leaves one alone that is down, unless it shall run', async () => {
  assert.equal(await asked(NGINX, 'stop', false), [])
  assert.equal(await asked(NGINX, 'stop', true), ['docker stop proxy'])
  assert.equal(await asked(NGINX, 'try-restart', false), [])
  assert.is(await asked(NGINX, 'reload', false), 'proxy is not running')
  assert.equal(await asked(NGINX, 'signal:USR1', true), ['docker kill --signal=USR1 proxy'])
  assert.match(String(await asked(NGINX, 'enable', true)), 'docker cannot enable a container')
})

containers('an engine that does not answer is a failure, not a container that is down', async () => {
  const answering = (status: number, output: string) => () =>
    Promise.resolve({ status, output, stdout: output, problem: undefined, missing: false })
  const silent = answering(1, 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n')
  for (const action of ['stop', 'try-restart', 'reload', 'reload-or-restart'] as const)
    assert.is((await docker.adjust(silent, NGINX, action)).status, 1, action)
  assert.is(await docker.isUp(silent, NGINX), undefined)
  for (const none of ['Error: No such container: proxy\n', 'error: no such object: proxy\n'])
    assert.is(await docker.isUp(answering(1, none), NGINX), false)
  assert.is(await docker.isUp(answering(0, 'WARNING: the configuration is odd\ntrue\n'), NGINX), true)
})

containers('tells since when one runs, as does systemd', async () => {
  const answering = (stdout: string) => () =>
    Promise.resolve({ status: 0, output: stdout, stdout, problem: undefined, missing: false })
  assert.is(await docker.since?.(answering('2026-11-29T10:20:30.5Z\n'), NGINX), Date.UTC(2026, 10, 29, 10, 20, 30, 500))
  assert.is(await docker.since?.(answering('\n'), NGINX), undefined)
  assert.is(await systemd.since?.(answering('ActiveEnterTimestamp=@1764457200\n'), PLAIN), 1_764_457_200_000)
  assert.is(await systemd.since?.(answering('ActiveEnterTimestamp=\n'), PLAIN), undefined)
})

containers('has only the services with a container, beside another manager', async () => {
  const both = withContainers(systemd)
  assert.equal(await asked(NGINX, 'reload', true, both), ['docker exec proxy nginx -s reload'])
  assert.equal(await asked(PLAIN, 'reload', true, both), ['systemctl --no-ask-password reload -- cache.service'])
  assert.is(both.describe(NGINX, 'reload'), 'docker exec proxy nginx -s reload')
})

containers('takes container, Compose file and command from the record', () => {
  const properties = {
    ...{ status: 'enabled', Container: 'proxy', ComposeFile: '/srv/proxy/compose.yaml' },
    ReloadCommand: 'nginx  -s reload',
  }
  const record = { key: 'nginx', type: 'service', properties: new Map(Object.entries(properties)) }
  const requests = [{ service: 'nginx', word: 'reload', source: 'test' }]
  const [adjustment] = collectAdjustments(requests, new Map([['nginx', record]])).adjustments
  assert.equal(adjustment?.unit, NGINX)
  record.properties.set('Container', '')
  const [plain] = collectAdjustments(requests, new Map([['nginx', record]])).adjustments
  assert.equal(plain?.unit, { name: 'nginx', reloadSignal: 'HUP' })
})

containers.run()
