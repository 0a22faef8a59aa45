import { cpus } from 'node:os'
import t from 'tap'
import type { CDPSession } from 'playwright-core'
import { FakeServer } from '../fake/fake-server.ts'
import { figures, hasLimits, openPage, withBrowser } from './browser-test.ts'
import { measureFrames, showFrames } from './frames.ts'

const seconds = Number(process.env['SPEED_SECONDS'] ?? 20)
const warmUpMs = 5_000

async function metric(session: CDPSession, name: string): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find((each) => each.name === name)?.value ?? NaN
}

await withBrowser(async (bench) => {
  await t.test(`UI9: 1,000 transfers a second for ${seconds} s: frames, heap and script time`, async (t) => {
    await using server = await FakeServer.open({ rate: 1_000 })
    const { page, close } = await openPage(bench, server.url)
    const session = await page.context().newCDPSession(page)
    // Time of the thread, not of the wall: other processes of the machine do not count.
    await session.send('Performance.setTimeDomain', { timeDomain: 'threadTicks' })
    await session.send('Performance.enable')
    await page.waitForTimeout(warmUpMs)
    const before = { script: await metric(session, 'ScriptDuration'), task: await metric(session, 'TaskDuration') }
    const receivedBefore = (await figures(page)).received
    const frames = await measureFrames(page, seconds)
    const script = ((await metric(session, 'ScriptDuration')) - before.script) * (1_000 / seconds)
    const task = ((await metric(session, 'TaskDuration')) - before.task) * (1_000 / seconds)
    const received = ((await figures(page)).received - receivedBefore) / seconds
    await session.send('HeapProfiler.collectGarbage')
    const heap = (await metric(session, 'JSHeapUsedSize')) / 1_000_000
    const { missing, twice } = await figures(page)
    await close()

    const blank = await bench.browser.newPage()
    await blank.goto('about:blank')
    const baseline = await measureFrames(blank, seconds)
    await blank.close()

    t.comment(`page: ${showFrames(frames)}; blank page: ${showFrames(baseline)}; ${cpus().length} cores, ${cpus()[0]?.model}`)
    t.comment(
      `${received.toFixed(0)} records/s, script ${script.toFixed(0)} ms/s, main thread ${task.toFixed(0)} ms/s, heap ${heap.toFixed(1)} MB`,
    )
    if (hasLimits) t.ok(script <= 100, `script: ${script.toFixed(0)} ms/s of 100`)
    t.ok(heap <= 64, `heap: ${heap.toFixed(1)} MB of 64`)
    if (hasLimits)
      t.ok(
        frames.fps >= 0.9 * baseline.fps,
        `frames: ${frames.fps.toFixed(1)} fps beside ${baseline.fps.toFixed(1)} of a blank page`,
      )
    t.match({ missing, twice }, { missing: 0, twice: 0 })
  })
})
