/** The table in which an environment keeps the stream times of versioned stores and buffers. No store can have this name. */
export const streamTimesTable = '.stream-times'
