import type { Unit } from './manager.ts'

/** The record of a service. */
interface ServiceRecord {
  readonly key: string
  readonly properties: ReadonlyMap<string, string>
}

/** A service, as its record describes it to its manager. */
export function unitOf({ key, properties }: ServiceRecord): Unit {
  const unit = {
    name: properties.get('ServiceName') || key,
    reloadSignal: (properties.get('ReloadSignal') || 'HUP').replace(/^SIG/, ''),
  }
  const container = properties.get('Container')
  if (!container) return unit
  const composeFile = properties.get('ComposeFile')
  const reloadCommand = (properties.get('ReloadCommand') ?? '').split(/\s+/).filter(word => word !== '')
  return {
    ...{ ...unit, container },
    ...(composeFile ? { composeFile } : {}),
    ...(reloadCommand.length > 0 ? { reloadCommand } : {}),
  }
}
