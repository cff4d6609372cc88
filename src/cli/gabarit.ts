import { main } from './main.ts'
import { runProgram } from './program.ts'

runProgram(__filename, io => main(process.argv.slice(1), io))
