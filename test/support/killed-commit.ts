// `killed-commit.ts FOLDER STEP`: applies the templates of an engine in this folder, and is killed at this change.

import { Engine } from './engine.ts'
import { NAMES, WatchedSystem } from './faults.ts'

const [folder = '', step = ''] = process.argv.slice(2)
const engine = new Engine({}, folder)
const system = new WatchedSystem(engine.places.root, number => {
  if (number === Number(step)) process.kill(process.pid, 'SIGKILL')
})
void engine.applyOn(system, ...NAMES)
