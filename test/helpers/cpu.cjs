/** Ground truth: CPU time by the kernel's own books, without the code under test. CommonJS, for workers and children. */
const { openSync, readdirSync, readFileSync, readlinkSync, readSync } = require('node:fs')

const buffer = Buffer.alloc(128)
const word = new Int32Array(new SharedArrayBuffer(4))
let ownStat

/** CPU time of the calling thread in ms. */
function threadCpuMs() {
  ownStat ??= openSync('/proc/thread-self/schedstat', 'r')
  // Makes the kernel book what the calling thread used up to now; schedstat alone is behind by up to a tick.
  process.cpuUsage()
  readSync(ownStat, buffer, 0, buffer.length, 0)
  let ns = 0
  for (let i = 0; buffer[i] !== 0x20; i++) ns = ns * 10 + buffer[i] - 0x30
  return ns / 1e6
}

/** Spins until the calling thread has used this much CPU, in ms; returns what it really used. */
function burn(cpuMs) {
  const begin = threadCpuMs()
  let used = 0
  while (used < cpuMs) used = threadCpuMs() - begin
  return used
}

/** The threads of this process: kernel thread id and name, and whether each runs or waits for a CPU. */
function threads() {
  return readdirSync('/proc/self/task').flatMap((tid) => {
    try {
      const [, name, state] = /\((.*)\) (\w)/s.exec(readFileSync(`/proc/self/task/${tid}/stat`, 'utf8'))
      return [{ tid, name, runs: state === 'R' }]
    } catch {
      return [] // ended since the listing
    }
  })
}

/** CPU time in ms of one thread of this process that sleeps or is the calling one. */
function cpuMsOf(tid) {
  process.cpuUsage()
  return Number(readFileSync(`/proc/self/task/${tid}/schedstat`, 'utf8').split(' ')[0]) / 1e6
}

/** The threads but the sampler, once all but the calling one sleep: what a compiler or collector uses is booked then. */
function hostAtRest() {
  const own = ownTid()
  const end = performance.now() + 1000
  for (;;) {
    const host = threads().filter(({ name }) => name !== 'spanmeter')
    const rest = host.every(({ tid, runs }) => !runs || tid === own)
    if (rest || performance.now() > end) return host
    Atomics.wait(word, 0, 0, 1)
  }
}

/** CPU time in ms of all threads but the sampler. Exact unless one ends, or runs for longer than a second. */
function hostCpuMs() {
  return hostAtRest().reduce((sum, { tid }) => sum + cpuMsOf(tid), 0)
}

/** How often one thread of this process was taken off a CPU so far, of its own will or not. */
function switchesOf(tid) {
  const status = readFileSync(`/proc/self/task/${tid}/status`, 'utf8')
  const count = (kind) => Number(new RegExp(`^${kind}_ctxt_switches:\\s+(\\d+)$`, 'm').exec(status)[1])
  return { voluntary: count('voluntary'), involuntary: count('nonvoluntary') }
}

/** Voluntary switches of all threads but the sampler. */
function hostVoluntarySwitches() {
  const host = threads().filter(({ name }) => name !== 'spanmeter')
  return host.reduce((sum, { tid }) => sum + switchesOf(tid).voluntary, 0)
}

/** Kernel thread id of the calling thread. */
function ownTid() {
  return readlinkSync('/proc/thread-self').split('/').at(-1)
}

/** Run delay in ms of one thread of this process: how long it was ready to run and had no CPU. */
function delayMsOf(tid) {
  return Number(readFileSync(`/proc/self/task/${tid}/schedstat`, 'utf8').split(' ')[1]) / 1e6
}

/** The same of the calling thread. */
function ownDelayMs() {
  return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6
}

// The first calls compile themselves, which nobody's truth should contain.
burn(10)

module.exports = {
  burn,
  cpuMsOf,
  delayMsOf,
  hostCpuMs,
  hostVoluntarySwitches,
  ownDelayMs,
  ownTid,
  switchesOf,
  threadCpuMs,
  threads,
}
