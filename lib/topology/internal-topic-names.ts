/** The changelog of a store, as Kafka Streams calls it. */
export function changelogTopicName(applicationId: string, store: string): string {
  return `${applicationId}-${store}-changelog`
}
