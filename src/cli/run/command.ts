import { Command } from 'commander'
import { addOutputOptions } from '../outputs.js'
import { endAlike } from './end-alike.js'
import { numberBetween, type RunOptions } from './options.js'
import { run } from './run.js'

const help = `
Examples:
  spanmeter run -- node app.js
  spanmeter run --json summary.json -- npm start
  spanmeter run --period 0.2 -- npx tsx app.ts

The program's output, input, signals and exit code are its own. What spanmeter
prints goes to stderr. It records to disk each second, so that a program that is
killed or runs out of memory leaves what was until then.

Exit codes:
  those of the program; one that is ended by a signal ends spanmeter by the same
  1    the command line was not understood
  126  the program cannot be executed
  127  there is no such program`

/** `spanmeter run`: any program of Node.js, recorded. */
export function runCommand(): Command {
  const command = addOutputOptions(new Command('run'))
  return command
    .summary('run a program and show what each of its spans cost')
    .description(
      'Runs a program of Node.js, records what it used and which OpenTelemetry spans or HTTP requests it had, and prints ' +
        'what they cost.',
    )
    .argument('[program...]', 'the program and its arguments, after --')
    .passThroughOptions()
    .option('--directory <path>', 'make the folder of the recording here (default: among temporary files)')
    .option('--period <ms>', 'wanted time between samples, 0.05 … 60000 (default: 1)', numberBetween(0.05, 60_000))
    .option('--max-overhead <percent>', 'of one core, for the sampler; 0: no limit (default: 1)', numberBetween(0, 100))
    .option('--children', 'also record processes of Node.js that the program starts')
    .option('--instrument', 'load the auto-instrumentations of OpenTelemetry that the program has installed')
    .option('--cpu-prof', "take V8's CPU profile: which functions ran in a span; costs some percent of a core")
    .option('--no-attributes', 'record no attributes of spans and no messages of errors')
    .addHelpText('after', help)
    .showHelpAfterError('(spanmeter run --help lists the options)')
    .action(async (program: string[], options: RunOptions) => {
      if (program.length === 0) command.error('error: no program was named, as in: spanmeter run -- node app.js')
      endAlike(await run(program, options))
    })
}
