import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { build, type Limits, type Result, root } from './result.js'

const program = `${build}/native/fuzz`
/** In bytes: choices for more than any of the files has. */
const longest = 512
const committed = `${root}/native/test/fuzz/corpus`

/** What each target of the program reads, and the files that do it. */
const targets: Readonly<Record<string, { about: string; covers: readonly string[] }>> = {
  fields: { about: 'words, numbers and lines of files of the kernel', covers: ['sources/parse.cc'] },
  statm: { about: '/proc/self/statm', covers: ['sources/resident_set.cc', 'sources/proc_file.cc'] },
  schedstat: { about: '/proc/self/task/TID/schedstat', covers: ['sources/run_delay.cc'] },
  io: { about: '/proc/self/io', covers: ['sources/io_counters.cc'] },
  status: { about: '/proc/thread-self/status', covers: ['sampler/scheduling.cc'] },
  network: { about: '/proc/self/net/dev, one after the other', covers: ['sources/network.cc'] },
  interfaces: { about: '/proc/self/net/dev, any bytes', covers: ['sources/network.cc'] },
  threads: { about: '/proc/self/task', covers: ['sources/thread_clocks.cc'] },
  cgroup: {
    about: 'cgroup, mountinfo, cpu.stat, cpu.max, memory.max and their like of version 1',
    covers: ['sources/cgroup.cc', 'sources/cgroup_paths.cc'],
  },
  damaged_cgroup: { about: 'the same, damaged', covers: ['sources/cgroup.cc', 'sources/cgroup_paths.cc'] },
}
export const nativeNames = Object.keys(targets)

/** Gives inputs to a target of the core. The inputs that reached more than those before are kept for the next run. */
export async function runNative(name: string, { inputs, seconds }: Limits): Promise<Result> {
  const { about, covers } = targets[name]!
  const profile = `${build}/${name}.profraw`
  rmSync(profile, { force: true })
  const corpora = [`${build}/corpus/${name}`, `${committed}/${name}`]
  mkdirSync(corpora[0]!, { recursive: true })
  mkdirSync(`${build}/found`, { recursive: true })
  const limits = inputs === undefined ? [`-max_total_time=${seconds}`] : [`-runs=${inputs}`]
  const options = [
    '-timeout=10',
    '-rss_limit_mb=2048',
    '-print_final_stats=1',
    `-artifact_prefix=${build}/found/${name}-`,
  ]
  const args = [`--only=${name}`, ...limits, ...options, ...corpora.filter(existsSync)]
  const env = { ...process.env, LLVM_PROFILE_FILE: profile }
  const begin = performance.now()
  const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const [said, code] = await Promise.all([text(child.stderr), new Promise((resolve) => child.once('close', resolve))])
  const ran = Number(/stat::number_of_executed_units:\s*(\d+)/.exec(said)?.[1] ?? 0)
  const result = { name, about, inputs: ran, seconds: (performance.now() - begin) / 1000 }
  if (code !== 0) return { ...result, reached: 0, lines: 0, failure: said.split('\n').slice(-60).join('\n') }
  return { ...result, ...linesOf(profile, covers) }
}

interface Covered {
  filename: string
  summary: { lines: { covered: number; count: number } }
}

/** What LLVM counted in the files. */
function linesOf(profile: string, covers: readonly string[]): Pick<Result, 'reached' | 'lines'> {
  const merged = profile.replace(/raw$/, 'data')
  execFileSync(tool('llvm-profdata'), ['merge', '-sparse', profile, '-o', merged])
  const said = execFileSync(tool('llvm-cov'), ['export', '-summary-only', `-instr-profile=${merged}`, program], {
    encoding: 'utf8',
  })
  const { files } = JSON.parse(said).data[0] as { files: Covered[] }
  const counts = files.filter(({ filename }) => covers.some((file) => filename.endsWith(`/${file}`)))
  return {
    reached: counts.reduce((sum, { summary }) => sum + summary.lines.covered, 0),
    lines: counts.reduce((sum, { summary }) => sum + summary.lines.count, 0),
  }
}

/** That of the LLVM which the program was compiled by. */
function tool(name: string): string {
  return `${execFileSync('make', ['--silent', '-C', `${root}/native/test/fuzz`, 'tools'], { encoding: 'utf8' }).trim()}${name}`
}

/** Puts the fewest inputs that reach all into the repository. */
export function keepCorpus(name: string): void {
  const [grown, kept] = [`${build}/corpus/${name}`, `${committed}/${name}`]
  const made = `${build}/kept`
  rmSync(made, { recursive: true, force: true })
  mkdirSync(made)
  const env = { ...process.env, LLVM_PROFILE_FILE: '/dev/null' }
  execFileSync(
    program,
    [
      `--only=${name}`,
      '-set_cover_merge=1',
      '-use_counters=0',
      `-max_len=${longest}`,
      made,
      ...[kept, grown].filter(existsSync),
    ],
    {
      env,
      stdio: 'ignore',
    },
  )
  rmSync(kept, { recursive: true, force: true })
  mkdirSync(kept, { recursive: true })
  execFileSync('cp', ['-r', `${made}/.`, kept])
}
