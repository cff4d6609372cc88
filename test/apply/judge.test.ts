import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CheckerTable } from '../../src/commit/checkers.ts'
import { commit } from '../../src/commit/commit.ts'
import { judgeInPlace, type Verdict } from '../../src/commit/judge.ts'
import { RealSystem } from '../../src/system/real-system.ts'
import { Engine } from '../support/engine.ts'

const judge = suite('checkers')

/** The verdict on a new /etc/x whose template has these commands. */
async function verdictOn(...commands: readonly (readonly string[])[]): Promise<Verdict> {
  const engine = new Engine()
  try {
    engine.ship('templates/etc/x', 'new text\n')
    engine.ship('templates/etc/x.template.json', JSON.stringify({ validate: commands }))
    const plan = engine.plan('etc/x')
    engine.write('/etc/x', 'new text\n')
    return await judgeInPlace(new CheckerTable(engine.places).of(plan.changes), new RealSystem(engine.places.root))
  } finally {
    engine.remove()
  }
}

judge('one that is content', async () => {
  const { problems, warnings, ran } = await verdictOn(['grep', '-q', 'new', '{}'])
  assert.equal([problems, warnings, ran.length], [[], [], 1])
  assert.equal(await verdictOn(), { problems: [], ran: [], warnings: [] })
})

judge('one that is not: its message', async () => {
  const { problems } = await verdictOn(['sh', '-c', 'echo bad line 3; exit 1', '{}'])
  assert.equal(problems, ['/etc/x is refused by sh: bad line 3'])
})

judge('all that any of them said', async () => {
  const { problems } = await verdictOn(['sh', '-c', 'echo one >&2; false'], ['true'], ['sh', '-c', 'echo two; false'])
  assert.equal(problems, ['/etc/x is refused by sh: one', '/etc/x is refused by sh: two'])
})

judge('one that is killed', async () => {
  assert.match(
    (await verdictOn(['sh', '-c', 'kill -9 $$'])).problems.join(),
    '/etc/x is refused by sh: was killed by SIGKILL',
  )
})

judge('one that is not installed does not judge; when none is, that is said', async () => {
  const some = await verdictOn(['no-such-checker', '{}'], ['true'])
  assert.equal([some.problems, some.warnings], [[], []])
  const none = await verdictOn(['no-such-checker', '{}'], ['neither-this'])
  assert.equal(
    [none.problems, none.warnings],
    [[], ['/etc/x is not checked: no-such-checker, neither-this not installed']],
  )
})

judge('the file is a word of its own, whatever it is called', async () => {
  const engine = new Engine()
  const name = 'etc/x y;$&'
  engine.ship(`templates/${name}`, 'text of it\n')
  engine.ship(
    `templates/${name}.template.json`,
    JSON.stringify({ validate: [['sh', '-c', 'cat "$1"; exit 1', 'sh', '{}']] }),
  )
  const plan = engine.plan(name)
  engine.write(`/${name}`, 'text of it\n')
  const { problems } = await judgeInPlace(
    new CheckerTable(engine.places).of(plan.changes),
    new RealSystem(engine.places.root),
  )
  assert.equal(problems, [`/${name} is refused by sh: text of it`])
  engine.remove()
})

judge('below another root nothing of this machine is asked, and that is said', async () => {
  const engine = new Engine()
  engine.ship('templates/etc/x', 'x\n')
  engine.ship('templates/etc/x.template.json', '{"validate": [["false"]]}')
  await engine.apply('etc/x')
  assert.equal(engine.warnings, [`not checked below ${engine.places.root}: /etc/x`])
  engine.remove()
})

judge(
  'a judge of the staged set sees the new files, the targets are still old; a refusal changes nothing',
  async () => {
    const engine = new Engine()
    engine.write('/etc/x', 'old\n')
    engine.ship('templates/etc/x', 'new\n')
    const seen: string[] = []
    const system = new RealSystem(engine.places.root)
    const failure = await engine.refused(() =>
      commit(engine.plan('etc/x'), engine.places, system, async () => {
        seen.push(engine.read('/etc/.x.gabarit-new'), engine.read('/etc/x'))
        throw new Error('no')
      }),
    )
    assert.equal(seen, ['new\n', 'old\n'])
    assert.is(failure.status, 3)
    assert.is(engine.read('/etc/x'), 'old\n')
    engine.remove()
  },
)

judge.run()
