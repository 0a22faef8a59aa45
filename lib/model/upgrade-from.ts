/** Releases of Kafka Streams before KIP-904: they do not read a change of a grouped table that stays in its group as one record. */
const withoutWholeChanges = ['2.4', '2.5', '2.6', '2.7', '2.8', '3.0', '3.1', '3.2', '3.3', '3.4'] as const

/** Every release that Java's `upgrade.from` names. */
export const releases = [...withoutWholeChanges, '3.5', '3.6', '3.7', '3.8', '3.9', '4.0', '4.1', '4.2', '4.3'] as const

export type UpgradeFrom = (typeof releases)[number]

export function readsWholeChanges(release: UpgradeFrom | undefined): boolean {
  return release === undefined || !(withoutWholeChanges as readonly string[]).includes(release)
}
