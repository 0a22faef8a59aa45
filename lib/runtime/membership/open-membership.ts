import type { Membership } from './membership.ts'
import { openClassicMembership } from './open-classic-membership.ts'
import type { OpenMembershipOptions } from './open-membership-options.ts'

/** Makes a membership that has not joined yet. Its connection is closed by `opened`. */
export type OpenMembership = (options: OpenMembershipOptions, opened: AsyncDisposableStack) => Promise<Membership>

/** Opens the membership that the configuration asks for. There is one group protocol so far. */
export const openMembership: OpenMembership = openClassicMembership
