import { setTimeout as delay } from 'node:timers/promises'
import type { Bench } from '../broker/bench.ts'
import { cpuMicroseconds, isRunnable } from '../subject/process-times.ts'
import type { SubjectProcess } from '../subject/subject-process.ts'

const lookMs = 200
const idleLooks = 5
/** Heartbeats and empty polls take less than this share of the core. */
const idleShare = 0.1
/** Each record costs at least so much: before that, a process that is idle has not begun. */
const leastMicrosecondsPerRecord = 0.15

/**
 * Resolves when the process has gone idle, with the time at which it did. Output that is written at commits only says nothing of
 * progress, and counting inside would be work that one side does otherwise than the other. On a busy machine a process that waits
 * for a core, or for a broker that does, looks idle: so in the end neither may be runnable.
 */
export async function drained(
  { brokerPid }: Pick<Bench, 'brokerPid'>,
  { pid }: SubjectProcess,
  records: number,
): Promise<number> {
  const begin = cpuMicroseconds(pid)
  for (let idle = 0, last = begin; ;) {
    await delay(lookMs)
    const now = cpuMicroseconds(pid)
    const hasWorked = now - begin >= records * leastMicrosecondsPerRecord
    idle = hasWorked && now - last <= lookMs * 1000 * idleShare ? idle + 1 : 0
    last = now
    if (idle >= idleLooks && !isRunnable(pid) && !isRunnable(brokerPid)) return performance.now() - idle * lookMs
  }
}
