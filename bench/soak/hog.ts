/**
 * Takes memory of its cgroup until there is next to none left, and then writes a file for a while: for each page of it the
 * kernel has to take one back, from whoever has it in there. What it takes are pages of files, so nobody has to be ended.
 * Arguments: the cgroup, the names of its files for memory in use and for the count of how often the limit was reached,
 * that limit in bytes, and how long, in ms. Prints how often it was reached.
 */
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { limitReached } from './memory-group.js'

const [folder = '', usedFile = '', reachedFile = '', limit = '', ms = ''] = process.argv.slice(2)
const pieceBytes = 2 ** 20
/** What is left for pages of files, and for what the service asks for meanwhile. */
const leftBytes = 48 * pieceBytes
const longestFile = 2 * leftBytes

async function main(): Promise<void> {
  const used = () => Number(readFileSync(join(folder, usedFile), 'latin1'))
  const reached = () => limitReached(readFileSync(join(folder, reachedFile), 'latin1'))
  const before = reached()
  const held: Buffer[] = []
  while (used() < Number(limit) - leftBytes) held.push(Buffer.alloc(pieceBytes, 1))

  // Not among temporary files, which may be memory themselves.
  const path = join(__dirname, `hog-${process.pid}`)
  const file = openSync(path, 'w')
  unlinkSync(path)
  const end = performance.now() + Number(ms)
  for (let bytes = 0; performance.now() < end || reached() === before; bytes += pieceBytes) {
    if (bytes % longestFile === 0) ftruncateSync(file, 0)
    writeSync(file, Buffer.alloc(pieceBytes, 1), 0, pieceBytes, bytes % longestFile)
    // Only what is on disk can be taken back.
    fdatasyncSync(file)
    await sleep(5)
  }
  closeSync(file)
  console.log(reached() - before)
}

main()
