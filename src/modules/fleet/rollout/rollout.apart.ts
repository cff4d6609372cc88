export { back, halt, publish, resume, status } from './commands.ts'
