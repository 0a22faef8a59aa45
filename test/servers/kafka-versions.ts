/** The versions of Kafka that clients are tested with: all, or those of `KAFKA_VERSIONS`, separated by commas. */
export function versionsToTest(): readonly string[] {
  return (process.env['KAFKA_VERSIONS'] ?? '3.9.1,4.0.0,4.4.0').split(',')
}
