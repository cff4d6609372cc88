export { back, halt, publish, resume, status } from './commands.ts'
export { pull } from './pull.ts'
