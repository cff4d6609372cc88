import type { Module } from '../../terminal/module.ts'

export const MODULE: Module = {
  name: 'fleet',
  commands: [],
  checks: [],
}
