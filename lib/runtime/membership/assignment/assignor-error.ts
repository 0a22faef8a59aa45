/**
 * What a member or the leader tells the whole group besides tasks (Java: `AssignorError`). `none` = 0;
 * `incomplete-source-topic-metadata` = 1: a source topic is missing; `shutdown-requested` = 2: every instance of the
 * application is to stop (uncaught handler's SHUTDOWN_APPLICATION). `topology-mismatch` = 3, which Java lacks: the group runs
 * another topology than the member that is told so.
 */
export type AssignorError = 'none' | 'incomplete-source-topic-metadata' | 'shutdown-requested' | 'topology-mismatch'
