import { spawnSync } from 'node:child_process'
import { homedir } from 'node:os'
import { describe, expect, test } from 'vitest'
import { packageRoot, run } from './helpers/child'
import {
  ask,
  doctor,
  empty,
  expectPlain,
  noAddons,
  node,
  program,
  scratch,
  secret,
  sideBySide,
  status,
} from './helpers/doctor'

const firstCpu = /^\d+/.exec(status('Cpus_allowed_list'))![0]
const canType = spawnSync('script', ['--version']).status === 0
const onTerminal = (...variables: string[]) =>
  run('script', [
    '-qefc',
    ['env', '-u', 'CI', 'TERM=xterm', ...variables, ...noAddons, program, 'doctor'].join(' '),
    '/dev/null',
  ])

const runs = sideBySide({
  text: doctor(empty, ['taskset', '-c', firstCpu, ...node]),
  terminal: canType ? onTerminal() : undefined,
  plainTerminal: canType ? onTerminal('NO_COLOR=1') : undefined,
})

describe('the text', () => {
  const headings = ['Findings', 'Versions', 'Machine', 'Kernel', 'Sampler', 'Sources', 'Rates', 'OpenTelemetry']

  test('shows all of it in 80 columns without colours, where it is piped', async () => {
    const { code, stdout, stderr } = await runs.text
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const [sentence] = stdout.split('.\n')
    expect(sentence!.replaceAll('\n', ' ')).toMatch(
      /^The native sampler works; (1 kHz costs|asked for 1 kHz it reaches [\d.]+ k?Hz here, for) [\d.]+ % of one core/,
    )
    for (const heading of headings) expect(stdout).toMatch(new RegExp(`^${heading}`, 'm'))
    for (const fact of [process.versions.node, process.versions.v8, ask('uname -r'), ask('getconf GNU_LIBC_VERSION')]) {
      expect(stdout).toContain(fact)
    }
    for (const name of ['threads', 'memory', 'faults', 'schedstat', 'io', 'network', 'cgroup', '10 ms', '0.1 ms']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'))
    }
    expectPlain(stdout)
  })

  test('knows the CPUs that may be used, and what is found where there is one and no OpenTelemetry', async () => {
    const { stdout } = await runs.text
    expect(stdout).toMatch(/CPUs +\d+, of which 1 can be used/)
    expect(stdout).toMatch(/note: The sampler shares the one usable CPU/)
    expect(stdout).toMatch(/note: No OpenTelemetry package is found/)
  })

  test('is private', async () => {
    const { stdout } = await runs.text
    for (const unwanted of [secret, 'SECRET', scratch, packageRoot, `${homedir()}/`])
      expect(stdout).not.toContain(unwanted)
  })

  test.skipIf(!canType)('has colours and shows its progress on a terminal only (needs script)', async () => {
    const { stdout } = (await runs.terminal)!
    expect(stdout).toContain('\x1b[1mVersions\x1b[0m')
    expect(stdout).toContain('\r\x1b[Ksampling each 1 ms …')
    expect((await runs.plainTerminal)!.stdout).not.toContain('\x1b[1m')
  })
})

describe('what cannot be understood', () => {
  const wrong = [
    { args: [], says: /^Usage: spanmeter/ },
    { args: ['doctr'], says: /unknown command 'doctr'\n\(Did you mean doctor\?\)/ },
    { args: ['--jsn'], says: /unknown option '--jsn'/ },
    { args: ['doctor', '--jsn'], says: /unknown option '--jsn'\n\(Did you mean --json\?\)/ },
    { args: ['doctor', 'more'], says: /too many arguments for 'doctor'/ },
  ]
  test.each(wrong)('$args ends with 1 and says why on stderr', async ({ args, says }) => {
    const { code, stdout, stderr } = await run(process.execPath, [program, ...args])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(says)
  })

  test('help names every command, every option and what the exit codes mean', async () => {
    const help = await run(process.execPath, [program, '--help'])
    expect(help).toMatchObject({ code: 0, stderr: '' })
    expect(help.stdout).toMatch(/^ {2}doctor /m)
    const { code, stdout } = await run(process.execPath, [program, 'doctor', '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/--json [\s\S]*Exit codes:\n {2}0 .*\n {2}1 .*\n {2}2 /)
    expectPlain(stdout)
  })
})
