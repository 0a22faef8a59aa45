/** Returns the name of a store's changelog, as in Kafka Streams. */
export function changelogTopicName(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`
}
