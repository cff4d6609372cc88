import { at } from './base.ts'
import type { Visit } from './visit.ts'

/** A fragment as `gabarit fragment show --json` prints it. */
export interface ShownFragment {
  readonly template: string
  readonly belongsTo: string
  readonly fragment: string
  readonly file: string
  readonly sha256: string
  readonly text: string
  readonly from: string
  /** Whether the site can remove it. */
  readonly own: boolean
  readonly state: string | null
  readonly replaces: string | null
  /** From the one that it replaces. */
  readonly diff: string
  /** Null unless it is stale. */
  readonly merge:
    | null
    | { readonly problem: string }
    | { readonly text: string; readonly conflicts: number; readonly changes: string; readonly problem?: undefined }
}

/** A template or one of its sub-templates, as `gabarit templates TEMPLATE --json` prints them. */
export interface TemplatePart {
  readonly template: string
  readonly fragments: readonly {
    readonly name: string
    readonly from: string
    readonly file: string
    readonly replaces: string | null
  }[]
}

export function fragmentOf(visit: Visit, template: string, fragment: string): Promise<ShownFragment> {
  return visit.data<ShownFragment>(['gabarit', 'fragment', 'show', template, fragment, '--json'])
}

export function partsOf(visit: Visit, template: string): Promise<TemplatePart[]> {
  return visit.data<TemplatePart[]>(['gabarit', 'templates', template, '--json'])
}

/** The page of a fragment. @param page of it: `/edit` */
export function fragmentAddress(
  template: string,
  fragment: string,
  page = '',
  more: Record<string, string> = {},
): string {
  return at(`/fragment${page}`, { template, fragment, ...more })
}

export function templateAddress(template: string): string {
  return at('/templates/one', { template })
}
