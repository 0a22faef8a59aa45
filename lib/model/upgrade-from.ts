/**
 * The releases of Kafka Streams before KIP-904. They cannot read a record with both the old and the new value of a grouped table.
 */
const withoutWholeChanges = ['2.4', '2.5', '2.6', '2.7', '2.8', '3.0', '3.1', '3.2', '3.3', '3.4'] as const

/** The releases that Java's `upgrade.from` accepts. */
export const releases = [...withoutWholeChanges, '3.5', '3.6', '3.7', '3.8', '3.9', '4.0', '4.1', '4.2', '4.3'] as const

export type UpgradeFrom = (typeof releases)[number]

/** Whether a release reads records with both the old and the new value of a grouped table (KIP-904). */
export function readsWholeChanges(release: UpgradeFrom | undefined): boolean {
  return release === undefined || !(withoutWholeChanges as readonly string[]).includes(release)
}
