import { readdirSync, readFileSync } from 'node:fs'

const folder = '/proc/self/task'

export interface ThreadSleeps {
  tid: number
  name: string
  /** How often it has gone to sleep so far, that is, has woken up or will. */
  sleeps: number
}

/** Each live thread of this process. */
export function threadSleeps(): ThreadSleeps[] {
  return readdirSync(folder).map((tid) => {
    const status = readFileSync(`${folder}/${tid}/status`, 'utf8')
    const value = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, 'm').exec(status)?.[1] ?? ''
    return { tid: Number(tid), name: value('Name'), sleeps: Number(value('voluntary_ctxt_switches')) }
  })
}

/** CPU of the main thread in ms, as of when it last woke up or the scheduler last ticked. */
export function mainThreadCpu(): number {
  return Number(readFileSync(`${folder}/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

/** CPU of the whole process so far, in ms. */
export function processCpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
