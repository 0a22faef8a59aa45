/**
 * An error that travels in the user data of the group protocol (Java: `AssignorError`). `none` = 0.
 * `incomplete-source-topic-metadata` = 1: a source topic is missing. `shutdown-requested` = 2: every instance of the application is to
 * stop (uncaught handler's SHUTDOWN_APPLICATION). `topology-mismatch` = 3, which Java lacks: the member that is told so has another
 * topology than the group.
 */
export type AssignorError = 'none' | 'incomplete-source-topic-metadata' | 'shutdown-requested' | 'topology-mismatch'
