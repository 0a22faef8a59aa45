import { setTimeout as delay } from 'node:timers/promises'
import type { SubjectProcess } from '../subject/subject-process.ts'

const lookMs = 200
const idleLooks = 5
/** Heartbeats and empty polls take less than this share of the core. */
const idleShare = 0.1
/** Each record costs at least so much: before that, a process that is idle has not begun. */
const leastMicrosecondsPerRecord = 0.15

/**
 * Resolves when the process has gone idle, with the time at which it did. Output that is written at commits only says nothing of
 * progress, and counting inside would be work that one side does otherwise than the other.
 */
export async function drained(subject: SubjectProcess, records: number): Promise<number> {
  const begin = subject.cpuMicroseconds()
  for (let idle = 0, last = begin; ;) {
    await delay(lookMs)
    const now = subject.cpuMicroseconds()
    const hasWorked = now - begin >= records * leastMicrosecondsPerRecord
    idle = hasWorked && now - last <= lookMs * 1000 * idleShare ? idle + 1 : 0
    last = now
    if (idle === idleLooks) return performance.now() - idleLooks * lookMs
  }
}
