import { Command } from 'commander'
import { examine } from './examine.js'
import { showProgress } from './progress.js'
import { toText } from './text.js'

const help = `
It takes about six seconds and changes nothing. Nothing private is printed: no
environment, no command lines, no names of hosts or users.

Exit codes:
  0  a sampler works, be it the native or the JavaScript one
  1  the command line was not understood
  2  no sampler works`

/** `spanmeter doctor`: what a report of a problem should contain. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('show what spanmeter can do on this machine')
    .description(
      'Shows what spanmeter can do on this machine, at which cost, and how it would attach to the OpenTelemetry SDK of ' +
        'the application in the current directory.',
    )
    .option('--json', 'print a JSON object, whose fields dist/cli/doctor/report.d.ts describes')
    .addHelpText('after', help)
    .showHelpAfterError('(spanmeter doctor --help lists the options)')
    .action(async ({ json }: { json?: true }) => {
      const progress = showProgress(process.stderr)
      const report = await examine(process.cwd(), progress.report).finally(progress.clear)
      const colours = process.stdout.hasColors?.() === true
      process.stdout.write(json ? `${JSON.stringify(report, undefined, 2)}\n` : toText(report, colours))
      if (report.works === null) process.exitCode = 2
    })
}
