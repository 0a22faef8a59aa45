import type { StoreSpec } from './store-spec.ts'

/** Where a store keeps its rows: its spec says it, or leaves it to the application's default. */
export function storeMedium({ medium }: StoreSpec, defaultMedium: 'memory' | 'disk'): 'memory' | 'disk' {
  return medium === 'default' ? defaultMedium : medium
}
