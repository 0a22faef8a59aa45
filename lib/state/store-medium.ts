import type { StoreSpec } from './store-spec.ts'

/** Where a store lives: what its spec says, else what is the default of its application. */
export function storeMedium({ medium }: StoreSpec, defaultMedium: 'memory' | 'disk'): 'memory' | 'disk' {
  return medium === 'default' ? defaultMedium : medium
}
