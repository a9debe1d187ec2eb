import { Session } from 'node:inspector'
import { getHeapCodeStatistics, writeHeapSnapshot } from 'node:v8'

/** Of the heap, what V8 has compiled. */
export function codeBytes(): number {
  const code = getHeapCodeStatistics()
  return code.code_and_metadata_size + code.bytecode_and_metadata_size
}

/** Writes a snapshot of the heap. What it leaves is memory that was freed. */
export function snapshotHeap(file: string): void {
  globalThis.gc!()
  writeHeapSnapshot(file)
  // V8 would keep the number of each object until the next snapshot.
  const session = new Session()
  session.connect()
  session.post('HeapProfiler.enable')
  session.post('HeapProfiler.disable')
  session.disconnect()
}
