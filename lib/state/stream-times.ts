/** Where an environment keeps what versioned stores and buffers remember besides rows. No store is called so. */
export const streamTimesTable = '.stream-times'
