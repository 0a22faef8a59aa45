/** A checkpoint of a task is due when it would free this many bytes. */
export const checkpointBytes = 16 * 1024 * 1024
