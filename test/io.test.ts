import { writeSync } from 'node:fs'
import { createMonitor } from 'spanmeter'
import { describe, expect, test } from 'vitest'
import { DiskFile } from './helpers/disk'

const page = 4096
const reason = DiskFile.inMemory ? ' (skipped: the package does not lie on a disk)' : ''

describe.skipIf(reason)(`io${reason}`, () => {
  // [what, bytes of each write, the pages they begin at, pages that become dirty]
  const cases: [string, number, number[], number][] = [
    ['whole pages', 2 ** 20, Array.from({ length: 16 }, (_, i) => i * 256), 4096],
    ['one byte in each of many pages', 1, Array.from({ length: 500 }, (_, i) => i), 500],
    ['a page that is dirty already, once', page, Array.from({ length: 300 }, () => 0), 1],
  ]

  test.each(cases)('bytes given to a disk are pages that became dirty: %s', (_what, bytes, pages, dirty) => {
    using monitor = createMonitor({ backend: 'native', sources: ['io'] }).start()
    using file = new DiskFile()
    const data = new Uint8Array(bytes)
    const mark = monitor.mark()
    for (const at of pages) writeSync(file.descriptor, data, 0, bytes, at * page)
    const { io } = monitor.since(mark)
    if (monitor.health().sources.io?.available === false) return expect(io).toBeUndefined()
    expect(io!.writeBytes).toBeGreaterThanOrEqual(dirty * page)
    // A few for the file system's own books; a page that the disk took meanwhile becomes dirty again.
    expect(io!.writeBytes).toBeLessThan((dirty + 16) * page)
  })
})
